"""The page of the conformance suite lists its tests."""

import re
from pathlib import Path

import palabre.testing.conformance
import palabre_webui.testing.conformance

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plugins" / "conformance.md").read_text()


def test_every_test_of_the_suite_is_explained():
    listed = re.findall(r"^\| `(test_\w+)` \| \S", PAGE, re.MULTILINE)
    there = [
        name
        for package in (palabre.testing.conformance, palabre_webui.testing.conformance)
        for path in Path(package.__file__).parent.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    ]
    assert sorted(listed) == sorted(there)
