"""One installation as a process sees it: settings, database, plugins, clock. Never a global."""

from __future__ import annotations

from dataclasses import dataclass

from palabre.clock import Clock
from palabre.config import Settings
from palabre.db import Database
from palabre.plugins.host import PluginHost


@dataclass(frozen=True)
class Application:
    """What a process builds once and hands to everything it runs."""

    settings: Settings
    db: Database
    plugins: PluginHost
    clock: Clock
