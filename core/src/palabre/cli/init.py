"""``palabre init``: a configuration file with every setting, its default and its meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from palabre.application import make_host
from palabre.config import DEFAULT_FILE, Section, Settings
from palabre.errors import PalabreError
from palabre.hookspecs import features
from palabre.plugins.loading import installed_specs, load_installed


class FileExists(PalabreError):
    """There is a file where one should be written."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=DEFAULT_FILE)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(file: Path, force: bool) -> None:
    """Write a commented configuration to FILE: every setting with its default, none of them set."""
    if file.exists() and not force:
        raise FileExists(f"{file} is there already. --force writes over it.")
    host = make_host(specs=installed_specs())
    load_installed(host)
    sections = {one.plugin: one.value for one in host.collect(features.settings)}
    try:
        file.write_text(commented(sections), encoding="utf-8")
    except OSError as error:
        raise PalabreError(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{file} is written. Take the # away from what you set.")


def commented(sections: dict[str, type[Section]]) -> str:
    """The text of a file that sets nothing and shows everything.

    :param sections: the plugins' sections by name.
    """
    lines = [
        "# Palabre's configuration. Each setting is also a variable: [web] port is PALABRE_WEB__PORT.",
        "",
    ]
    tables: list[tuple[str, type[BaseModel]]] = []
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tables.append((name, field.annotation))
        else:
            lines += _setting(name, field)
    for name, section in [*tables, *sections.items()]:
        lines += [
            f"[{name}]",
            *(f"# {line}" for line in (section.__doc__ or "").strip().splitlines()[:1]),
            "",
        ]
        for key, field in section.model_fields.items():
            lines += _setting(key, field)
    return "\n".join(lines)


def _setting(key: str, field: Any) -> list[str]:
    default = field.get_default(call_default_factory=True)
    shown = '""' if default is None else json.dumps(default, default=str, ensure_ascii=False)
    return [f"# {field.description or key}", f"#{key} = {shown}", ""]
