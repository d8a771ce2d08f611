"""Trying camera, microphone, speaker and network before any meeting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from palabre.i18n import current_language
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.room.probe import ticket
from palabre_webui.site.room_page import PROTOCOL, import_map

equipment = Blueprint("equipment", __name__)


@equipment.get("/equipment")
@permission("public")
def try_equipment() -> ResponseReturnValue:
    """The page; nobody needs an account or a meeting for it."""
    return render_template("equipment.html", **parts())


def parts() -> dict[str, Any]:
    """What the template ``_equipment.html`` needs."""
    application, static, language = web().application, web().static, current_language()
    catalogue = f"i18n/{language}.json"
    return {
        "config": {
            "protocol": PROTOCOL,
            "link": ticket(application.secret, now=application.clock.now()),
            "language": language,
            "catalogue": static.url(catalogue) if static.has(catalogue) else None,
            "static": static.root(),
        },
        "importmap": import_map(),
    }
