"""What is wrong with a configuration, a line for each mistake: where, which key, what to write."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

PREFIX = "PALABRE_"
#: Variable that names the file.
VARIABLE_OF_THE_FILE = "PALABRE_CONFIG"


def unknown_variables(model: type[BaseModel]) -> list[str]:
    """Variables that mean nothing."""
    known = dict(fields(model))
    return [
        f"{variable}: no such setting.{_nearest(variable, [variable_of(name) for name in known])}"
        for variable in _variables()
        if key_of(variable) not in known and not _is_ignored(model, key_of(variable))
    ]


def unreadable_variables(model: type[BaseModel]) -> list[str]:
    """Variables that should hold JSON and do not."""
    known = dict(fields(model))
    return [
        f"""{variable}: write a list as JSON, such as '["203.0.113.7"]' (given: {os.environ[variable]!r})"""
        for variable in _variables()
        if "list" in str(getattr(known.get(key_of(variable)), "annotation", "")) and not _is_json(variable)
    ]


def explain(error: ValidationError, model: type[BaseModel], file: Path) -> str:
    """Every mistake that was found, a line for each."""
    known = dict(fields(model))
    lines = []
    for mistake in error.errors():
        key = ".".join(str(part) for part in mistake["loc"])
        variable = variable_of(".".join(str(part) for part in mistake["loc"][:2]))
        where = variable if variable in os.environ else f"{file}: {key}"
        if mistake["type"] == "extra_forbidden":
            lines.append(
                f"{where}: no such setting.{_nearest(key, list(known)) or _not_installed(key, mistake)}"
            )
        else:
            text = mistake["msg"].removeprefix("Value error, ")
            lines.append(f"{where}: {text}{_given(known.get(key), mistake)}")
    return "\n".join(lines)


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key with its field, sections before what is in them."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", field
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from fields(section, f"{prefix}{name}.")


def variable_of(key: str) -> str:
    """``web.port`` as a variable."""
    return PREFIX + key.replace(".", "__").upper()


def key_of(variable: str) -> str:
    """``PALABRE_WEB__PORT`` as a key."""
    return variable.removeprefix(PREFIX).lower().replace("__", ".")


def _variables() -> list[str]:
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name != VARIABLE_OF_THE_FILE)


def _is_ignored(model: type[BaseModel], key: str) -> bool:
    field = model.model_fields.get(key.partition(".")[0])
    return field is not None and field.annotation is Any


def _is_json(variable: str) -> bool:
    try:
        json.loads(os.environ[variable])
    except ValueError:
        return False
    return True


def _nearest(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _not_installed(key: str, mistake: Any) -> str:
    is_section = "." not in key and isinstance(mistake["input"], dict)
    return " No installed plugin has such a section." if is_section else ""


def _given(field: FieldInfo | None, mistake: Any) -> str:
    """What was written, unless it may hold a secret."""
    is_plain = isinstance(mistake["input"], str | int | float | bool)
    if field is None or not is_plain or "Secret" in str(field.annotation) or mistake["type"] == "value_error":
        return ""
    return f" (given: {mistake['input']!r})"
