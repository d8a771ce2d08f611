"""The web service, for ``palabre serve``. Light to import: the supervisor does."""

from __future__ import annotations

import sys

from palabre.config import Settings
from palabre.services.service import Port, Process, Service, numbered


def _processes(settings: Settings) -> list[Process]:
    web = settings.web
    return [
        Process(
            numbered("web", number, web.processes),
            (
                sys.executable,
                "-m",
                "palabre_webui",
                "--async-mode",
                web.async_mode,
                "--number",
                str(number),
            ),
            (Port("tcp", web.host, web.port + number, "PALABRE_WEB__PORT"),),
        )
        for number in range(web.processes)
    ]


WEB = Service("web", _processes)
