from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tutorial_plugin import Tutorial, make_tutorial


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Tutorial:
    """The tutorial's plugin, made from the page and installed as anybody would."""
    return make_tutorial(tmp_path_factory.mktemp("tutorial"))
