"""The tutorial's plugin works as the page says, without a change."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "plugins" / "tutorial.md"

pytestmark = pytest.mark.timeout(600)


def test_its_own_tests_pass(tutorial):
    done = tutorial.run("pytest", "-q", "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b7 passed", done.stdout)


def test_it_passes_the_conformance_suite(tutorial):
    done = tutorial.run("pytest", "-q", "--palabre-plugin", "poll", "tests")
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_waits_for_its_tables_and_then_runs(tutorial, tmp_path):
    said = tutorial.run("palabre", "plugins", folder=tmp_path).stdout
    assert re.search(r"^poll +0\.1\.0 +quarantined", said, re.MULTILINE)
    assert "poll: its tables are not up to date: run `palabre db upgrade`" in said
    assert "poll: upgraded to poll_0001" in tutorial.run("palabre", "db", "upgrade", folder=tmp_path).stdout
    assert re.search(
        r"^poll +0\.1\.0 +active", tutorial.run("palabre", "plugins", folder=tmp_path).stdout, re.MULTILINE
    )
    assert tutorial.run("palabre", "db", "check", folder=tmp_path).returncode == 0


def test_what_it_left_can_be_purged(tutorial, tmp_path):
    tutorial.run("palabre", "db", "upgrade", folder=tmp_path)
    assert (
        tutorial.run("palabre", "db", "purge", "poll", "--dry-run", folder=tmp_path).stdout
        == "poll_result: 0 rows\n"
    )
    assert tutorial.run("palabre", "db", "purge", "poll", "--yes", folder=tmp_path).returncode == 0


def test_the_page_shows_the_folder_as_it_is(tutorial):
    listing = PAGE.read_text().split("```")[1]
    files = [path for path in tutorial.folder.rglob("*") if path.is_file() and path.suffix != ".mo"]
    made = {
        path.name
        for path in files
        if not {"build", "palabre_poll.egg-info", ".pytest_cache", "__pycache__"} & set(path.parts)
    }
    assert {name for name in re.findall(r"[\w.]+\.\w+", listing) if "/" not in name} == made
