"""Each distribution can be installed alone, and its wheel contains what it needs."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = sorted(
    [ROOT / "core", ROOT / "webui", *(found.parent for found in ROOT.glob("plugins/*/pyproject.toml"))]
)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory) -> dict[str, set[str]]:
    """The names of the files in each wheel, by the wheel's distribution."""
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run([sys.executable, "tools/wheels.py", folder], cwd=ROOT, check=True)
    return {
        found.name.split("-")[0]: set(zipfile.ZipFile(found).namelist()) for found in folder.glob("*.whl")
    }


def package_of(distribution: Path) -> Path:
    return next(found.parent for found in distribution.glob("src/*/__init__.py"))


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda path: path.name)
def test_a_wheel_contains_every_file_of_the_package(wheels, distribution):
    package = package_of(distribution)
    source = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    contents = next(names for names in wheels.values() if f"{package.name}/__init__.py" in names)
    assert source - contents == set()


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda path: path.name)
def test_a_wheel_contains_compiled_translations(wheels, distribution):
    package = package_of(distribution)
    contents = next(names for names in wheels.values() if f"{package.name}/__init__.py" in names)
    assert f"{package.name}/translations/fr/LC_MESSAGES/messages.mo" in contents
    if any(package.glob("static/**/*.js")):
        assert f"{package.name}/static/i18n/fr.json" in contents


def test_the_web_wheel_contains_templates_and_browser_libraries(wheels):
    wanted = {
        "palabre_webui/templates/room.html",
        "palabre_webui/static/room/main.js",
        "palabre_webui/static/vendor/importmap.json",
        "palabre_webui/static/vendor/lit.js",
        "palabre_webui/static/vendor/socket.io-client.js",
    }
    assert wanted - wheels["palabre_webui"] == set()


def test_the_core_wheel_contains_its_migrations(wheels):
    assert "palabre/migrations/env.py" in wheels["palabre_core"]
    assert any(name.startswith("palabre/migrations/versions/") for name in wheels["palabre_core"])


def test_the_core_wheel_contains_the_compiled_part(wheels):
    assert "palabre/media/forwarder/_srtp.abi3.so" in wheels["palabre_core"]


def test_without_a_compiler_the_core_is_built_all_the_same(clone, tmp_path):
    done = clone.run(
        sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", str(tmp_path), "./core", CC="none"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = tmp_path.glob("palabre_core-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "palabre/media/forwarder/native.py" in names
    assert not any(name.endswith(".so") for name in names)


def test_no_wheel_contains_tests_or_somebody_elses_files(wheels):
    everything = set().union(*wheels.values())
    assert [
        name for name in everything if "/tests/" in name or "node_modules" in name or name.endswith(".pyc")
    ] == []


@pytest.mark.parametrize(
    "wheel", ["palabre", "palabre_core", "palabre_webui", "palabre_billing", "palabre_screen_share"]
)
def test_every_wheel_carries_the_licence(wheels, wheel):
    assert any(name.endswith("/licenses/LICENSE") for name in wheels[wheel])


def test_the_distributions_install_one_after_the_other_from_a_clone(clone, tmp_path):
    venv.create(tmp_path, with_pip=True)
    python = str(tmp_path / "bin" / "python")

    def install(folder: str) -> None:
        done = clone.run(python, "-m", "pip", "install", "--quiet", folder)
        assert done.returncode == 0, done.stdout + done.stderr

    def palabre(*arguments: str) -> str:
        done = clone.run(
            str(tmp_path / "bin" / "palabre"), *arguments, PALABRE_DATA_DIR=str(tmp_path / "var")
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    install("./core")
    assert "Usage" in palabre("--help")
    install("./webui")
    assert "screen_share" not in palabre("plugins")
    install("./plugins/screen_share")
    assert "screen_share" in palabre("plugins")
