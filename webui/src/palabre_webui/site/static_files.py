"""The web service's own static files."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from palabre_webui.context import web
from palabre_webui.declared import permission

assets = Blueprint("assets", __name__)


@assets.get("/static/<digest>/<path:path>")
@permission("public")
def file(digest: str, path: str) -> ResponseReturnValue:
    """A static file."""
    return web().static.respond(digest, path)


@assets.get("/favicon.ico")
@permission("public")
def favicon() -> ResponseReturnValue:
    """What browsers ask for by themselves."""
    return redirect(web().static.url("img/palabre.svg"), 302)
