"""The core's settings: each with its default, its limits and its meaning."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
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
    native: Literal["auto", "off"] = Field(
        "auto",
        description="auto uses the compiled part of the packet path where it was built, off never does.",
    )


class TurnSection(Section):
    """Relays for networks that block UDP (coturn with a shared secret)."""

    urls: list[str] = Field(
        default_factory=list, description="turn: and turns: addresses, offered in this order."
    )
    secret: SecretStr | None = Field(None, description="coturn's static-auth-secret.")
    lifetime_s: int = Field(86400, ge=60, le=604800, description="Seconds that a credential is valid.")


class MailSection(Section):
    """The mail server. Without one, mail stays in the development mailbox."""

    host: str | None = Field(
        None, description="Mail server (SMTP); without one mail is kept at /dev/mailbox and nobody gets any."
    )
    port: int = Field(587, ge=1, le=65535, description="Its TCP port.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls (port 587), tls (port 465), or none, for a server on this machine."
    )
    user: str | None = Field(None, description="Name to sign in with at the mail server.")
    password: SecretStr | None = Field(None, description="Password to sign in with.")
    sender: str = Field("palabre@localhost", description="Address that mails come from, and bounces go to.")
    sender_name: str | None = Field(None, description="Name that mails come from; without it the tenant's.")
    timeout_s: float = Field(30.0, ge=1, le=300, description="Seconds to wait for each of its answers.")
    connections: int = Field(4, ge=1, le=32, description="Connections each worker sends by at the same time.")
    imap_host: str | None = Field(
        None, description="Mailbox (IMAP) where replies to invitations and bounces arrive; optional."
    )
    imap_port: int = Field(993, ge=1, le=65535, description="Its TCP port.")
    imap_security: Literal["starttls", "tls", "none"] = Field("tls", description="As mail.security.")
    imap_user: str | None = Field(None, description="Name to sign in with at the mailbox.")
    imap_password: SecretStr | None = Field(None, description="Password to sign in with at the mailbox.")
    imap_folder: str = Field(
        "INBOX", description="Folder that is read; what was understood is marked as read."
    )

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, sender: str) -> str:
        if not re.fullmatch(r"[^\s<>@,;:\"()\\]+@[^\s<>@,;:\"()\\]+", sender):
            raise ValueError("write one e-mail address, such as meetings@example.org")
        return sender

    @field_validator("sender_name")
    @classmethod
    def _is_one_line(cls, name: str | None) -> str | None:
        if name is not None and not name.isprintable():
            raise ValueError("write one line")
        return name

    @model_validator(mode="after")
    def _is_whole(self) -> MailSection:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.imap_host is not None and (self.imap_user is None or self.imap_password is None):
            raise ValueError("imap_host needs imap_user and imap_password")
        return self


class MeetingsSection(Section):
    """The course of meetings."""

    end_when_empty_min: float = Field(
        10.0, ge=0, le=1440, description="Minutes after everybody left when a meeting ends by itself."
    )


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
    mail: MailSection = Field(default_factory=MailSection)
    meetings: MeetingsSection = Field(default_factory=MeetingsSection)
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
    def address(self) -> str:
        """Where people reach this installation, without a slash at the end."""
        if self.web.public_url:
            return self.web.public_url.rstrip("/")
        host = self.web.host if self.web.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.web.port}"

    @property
    def media_sockets(self) -> tuple[str, ...]:
        """Address of each media worker's channel, in the order of the workers."""
        if self.media.sockets:
            return tuple(self.media.sockets)
        return tuple(str(self.data_dir / f"media-{number}.sock") for number in range(self.media.workers))
