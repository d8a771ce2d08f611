"""Configuration: ``palabre.toml`` and ``PALABRE_…`` variables, checked before anything starts.

A variable wins over the file: ``PALABRE_WEB__PORT=8080`` is ``port = 8080`` in the section ``[web]``.
Each plugin adds a section of its own name. An unknown key is an error that names the nearest right one.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, create_model
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from palabre.errors import ConfigurationError

DEFAULT_FILE = Path("palabre.toml")


class Section(BaseModel):
    """Base of every section, the core's and the plugins': unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSection(Section):
    """Where the data is kept."""

    url: str = Field("sqlite:///var/palabre.sqlite3", description="SQLAlchemy address of the database.")
    pool_size: int = Field(8, ge=1, le=200, description="Connections kept open by each process.")


class WebSection(Section):
    """The web service."""

    host: str = Field("127.0.0.1", description="Address it listens on.")
    port: int = Field(8000, ge=1, le=65535, description="TCP port it listens on.")
    public_url: str | None = Field(None, description="Address people use, when a proxy stands in front.")
    processes: int = Field(
        1, ge=1, le=64, description="Web processes; more than one listens on port, port + 1 …"
    )
    proxies: int = Field(0, ge=0, le=5, description="Trusted reverse proxies in front of it.")
    redis_url: str | None = Field(
        None, description="Redis for several web processes; without it the journal is polled."
    )
    async_mode: str = Field(
        "eventlet", pattern="^(eventlet|threading)$", description="How sockets are served."
    )


class MediaSection(Section):
    """The media engine."""

    workers: int = Field(1, ge=1, le=64, description="Media processes; one per processor core to use.")
    udp_port: int = Field(
        40000, ge=1, le=65535, description="UDP port of the first worker; the next take the next ports."
    )
    listen: list[str] = Field(
        default_factory=list, description="Local addresses; empty means all of this machine."
    )
    announce: list[str] = Field(
        default_factory=list, description="Public addresses told to browsers, when behind NAT."
    )
    sockets: list[str] = Field(
        default_factory=list,
        description="Addresses of the workers' channels; empty means Unix sockets in the data folder.",
    )


class TurnSection(Section):
    """Relays for networks that block UDP (coturn with a shared secret)."""

    urls: list[str] = Field(
        default_factory=list, description="turn: and turns: addresses, offered in this order."
    )
    secret: SecretStr | None = Field(None, description="coturn's static-auth-secret.")
    lifetime_s: int = Field(86400, ge=60, le=604800, description="Seconds that a credential is valid.")


class LogSection(Section):
    """What the processes say about themselves."""

    level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Least severity that is written."
    )
    format: str = Field("console", pattern="^(console|json)$", description="For people, or for programs.")


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        env_prefix="PALABRE_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    data_dir: Path = Field(Path("var"), description="Folder for the database, uploads, sockets and secrets.")
    database: DatabaseSection = Field(default_factory=DatabaseSection)
    web: WebSection = Field(default_factory=WebSection)
    media: MediaSection = Field(default_factory=MediaSection)
    turn: TurnSection = Field(default_factory=TurnSection)
    log: LogSection = Field(default_factory=LogSection)

    def section(self, plugin: str) -> Section:
        """The section a plugin declared with the hook ``settings``."""
        found: Section = getattr(self, plugin)
        return found

    @property
    def media_sockets(self) -> tuple[str, ...]:
        """Address of each media worker's channel, in the order of the workers."""
        if self.media.sockets:
            return tuple(self.media.sockets)
        return tuple(str(self.data_dir / f"media-{number}.sock") for number in range(self.media.workers))


def load_settings(path: Path | None = None, sections: Mapping[str, type[Section]] | None = None) -> Settings:
    """Read and check the configuration.

    :param path: the file; without it ``PALABRE_CONFIG``, else ``palabre.toml`` in the current folder if it is there.
    :param sections: the plugins' sections by name.
    :raises ConfigurationError: with one line for each mistake: file, key and what to write.
    """
    path = path or Path(os.environ.get("PALABRE_CONFIG", DEFAULT_FILE))
    model = _with_sections(sections or {}, path)
    _refuse_unknown_variables(model)
    try:
        return model()
    except ValidationError as error:
        raise ConfigurationError(_explain(error, model, path)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from None


def _with_sections(sections: Mapping[str, type[Section]], path: Path) -> type[Settings]:
    fields: dict[str, Any] = {
        name: (section, Field(default_factory=section)) for name, section in sections.items()
    }

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path))

    return create_model("Settings", __base__=FromFile, **fields)


def _refuse_unknown_variables(model: type[Settings]) -> None:
    known = set(_names(model))
    for variable in sorted(os.environ):
        if not variable.startswith("PALABRE_") or variable in {"PALABRE_CONFIG"}:
            continue
        name = variable.removeprefix("PALABRE_").lower().replace("__", ".")
        if name not in known and name.split(".")[0] not in model.model_fields:
            raise ConfigurationError(f"{variable}: no such setting.{_nearest(name, known)}")


def _explain(error: ValidationError, model: type[Settings], path: Path) -> str:
    names = _names(model)
    lines = []
    for mistake in error.errors():
        key = ".".join(str(part) for part in mistake["loc"])
        if mistake["type"] == "extra_forbidden":
            lines.append(f"{path}: {key}: no such setting.{_nearest(key, names)}")
        else:
            lines.append(f"{path}: {key}: {mistake['msg']} (given: {mistake['input']!r})")
    return "\n".join(lines)


def _names(model: type[BaseModel], prefix: str = "") -> list[str]:
    names = []
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            names += [f"{prefix}{name}", *_names(section, f"{prefix}{name}.")]
        else:
            names.append(f"{prefix}{name}")
    return names


def _nearest(key: str, names: list[str] | set[str]) -> str:
    close = difflib.get_close_matches(key, list(names), n=1)
    return f" Did you mean {close[0]}?" if close else ""
