"""docs/configuration.md and the settings cannot drift apart."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from palabre.config import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"


def settings(model=Settings, prefix=""):
    """Each setting's key, its default as TOML and its description."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings(field.annotation, f"{prefix}{name}.")
        else:
            default = field.get_default(call_default_factory=True)
            shown = "none" if default is None else f"`{json.dumps(default, default=str)}`"
            yield f"{prefix}{name}", shown, field.description


def test_the_page_lists_every_setting_with_its_default_and_meaning():
    rows = re.findall(r"^\| `(\w+(?:\.\w+)?)` \| (.*?) \| (.*?) \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == list(settings())


@pytest.mark.parametrize("where", ["compose.yaml", "deploy", "docs", "README.md"])
def test_every_variable_that_is_written_somewhere_is_a_setting(where):
    known = {f"PALABRE_{key.replace('.', '__').upper()}" for key, _default, _meaning in settings()}
    files = (
        [ROOT / where]
        if (ROOT / where).is_file()
        else [path for path in (ROOT / where).rglob("*") if path.is_file()]
    )
    texts = [path.read_text(errors="ignore") for path in files]
    named = {name for text in texts for name in re.findall(r"PALABRE_[A-Z]+__[A-Z_]*[A-Z]", text)}
    assert named - known == set()
