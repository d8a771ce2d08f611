"""Set-up on machines that lack something: one sentence, never a traceback."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.timeout(600)

#: an address where nobody answers, for pip and npm
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder to be the whole PATH, with the few programs that every machine has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env", "make", "sed"):
        program = shutil.which(name)
        assert program
        (folder / name).symlink_to(program)
    return folder


def fake_python(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def find_python(clone, programs):
    """``tools/find-python.sh`` where only ``programs`` are there, and no virtual environment yet."""
    folder = programs.parent / "tools-only"
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return type(clone)(folder).run("tools/find-python.sh", PATH=str(programs))


def test_a_machine_without_python_is_told_what_to_install(clone, programs):
    done = find_python(clone, programs)
    assert done.returncode != 0
    assert "sudo apt install python3" in one_sentence(done)


def test_a_python_that_is_too_old_is_named(clone, programs):
    fake_python(programs, "python3", 'test "$1" = -V && echo Python 3.9.2; exit 1')
    done = find_python(clone, programs)
    assert done.returncode != 0
    assert "3.11 or later and this is Python 3.9.2" in one_sentence(done)


def test_a_missing_venv_module_is_named(clone, programs):
    fake_python(programs, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = find_python(clone, programs)
    assert done.returncode != 0
    assert "python3-venv" in one_sentence(done)


def test_a_later_python_than_the_default_is_found(clone, programs):
    fake_python(programs, "python3", 'test "$1" = -V && echo Python 3.9.2; exit 1')
    fake_python(programs, "python3.12", "exit 0")
    assert find_python(clone, programs).stdout == "python3.12\n"


def test_python_packages_without_a_network_are_one_sentence(clone, tmp_path):
    folder = tmp_path / "palabre"
    shutil.copytree(clone.folder, folder, ignore=shutil.ignore_patterns(".venv", "node_modules", ".git"))
    no_network = {name: "" for name in os.environ if name.startswith("PIP_")} | {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": NOWHERE,
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
    }
    done = type(clone)(folder).run("make", "run", **no_network)
    assert done.returncode != 0
    assert "Python packages could not be installed: check that this machine reaches" in one_sentence(done)


def test_browser_libraries_without_a_network_are_one_sentence(prepared, tmp_path):
    shutil.rmtree(prepared.folder / "webui/frontend/node_modules")
    no_network = {
        "npm_config_registry": NOWHERE,
        "npm_config_fetch_retries": "0",
        "npm_config_cache": str(tmp_path),
    }
    done = prepared.run("make", "run", **no_network)
    assert done.returncode != 0
    assert "browser libraries could not be fetched: check that this machine reaches" in one_sentence(done)


def test_a_machine_without_node_gets_one_from_pypi(prepared, tmp_path):
    elsewhere = tmp_path / "bin"
    elsewhere.mkdir()
    for folder in prepared.environment()["PATH"].split(":"):
        for program in Path(folder).glob("*"):
            if (
                program.name not in {"node", "nodejs", "npm", "npx", "corepack"}
                and not (elsewhere / program.name).exists()
            ):
                (elsewhere / program.name).symlink_to(program)
    shutil.rmtree(prepared.folder / "webui/src/palabre_webui/static/vendor")
    shutil.rmtree(prepared.folder / "webui/frontend/node_modules", ignore_errors=True)
    done = prepared.run(".venv/bin/python", "tools/prepare.py", "run", PATH=str(elsewhere))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "taking one from PyPI" in done.stdout
    assert (prepared.folder / "webui/src/palabre_webui/static/vendor/lit.js").stat().st_size > 10_000


def one_sentence(done) -> str:
    """The one line that was said, beside set-up's progress (which ends with …) and make's own line."""
    said = [
        line
        for line in (done.stdout + done.stderr).splitlines()
        if not line.startswith("make:") and not line.endswith("…")
    ]
    assert len(said) == 1, said
    return said[0]
