"""The core's settings: each with its default, its limits and its meaning."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError


class Section(BaseModel):
    """Base of every section, the core's and the plugins': unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSection(Section):
    """Where the data is kept."""

    url: str | None = Field(
        None, description="SQLAlchemy address of the database; without it SQLite in the data folder."
    )
    pool_size: int = Field(8, ge=1, le=200, description="Connections kept open by each process.")

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            backend = make_url(url).get_backend_name()
        except SQLAlchemyError:
            backend = ""
        if backend not in ("sqlite", "postgresql"):
            raise ValueError("write an address such as postgresql+psycopg2://user:password@host/database")
        return url


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
    metrics_token: SecretStr | None = Field(
        None, description="Lets monitoring on other machines read /metrics, as a bearer token."
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
        env_prefix="PALABRE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
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
    def database_url(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database.url or f"sqlite:///{self.data_dir / 'palabre.sqlite3'}"

    @property
    def media_sockets(self) -> tuple[str, ...]:
        """Address of each media worker's channel, in the order of the workers."""
        if self.media.sockets:
            return tuple(self.media.sockets)
        return tuple(str(self.data_dir / f"media-{number}.sock") for number in range(self.media.workers))
