"""Configuration: ``palabre.toml`` and ``PALABRE_…`` variables, checked before anything starts.

A variable wins over the file: ``PALABRE_WEB__PORT=8080`` is ``port = 8080`` in the section ``[web]``.
Each plugin adds a section of its own name. An unknown key is an error that names the nearest right one.
"""

from palabre.config.loading import DEFAULT_FILE, load_settings, settings_model
from palabre.config.sections import (
    DatabaseSection,
    LogSection,
    MailSection,
    MediaSection,
    MeetingsSection,
    Section,
    Settings,
    TurnSection,
    WebSection,
)

__all__ = [
    "DEFAULT_FILE",
    "DatabaseSection",
    "LogSection",
    "MailSection",
    "MediaSection",
    "MeetingsSection",
    "Section",
    "Settings",
    "TurnSection",
    "WebSection",
    "load_settings",
    "settings_model",
]
