"""Is it alive, is it ready."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from palabre.db import DatabaseBusy
from palabre.model import Tenant
from palabre_webui.context import web
from palabre_webui.declared import permission

health = Blueprint("health", __name__)


@health.get("/healthz")
@permission("public")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@health.get("/readyz")
@permission("public")
def readyz() -> ResponseReturnValue:
    """It can serve: the database answers and is prepared, and every media worker has been there.

    A media worker that dies later does not make it unready: people still meet and write.
    """
    parts = {"database": _database(), "media": "ok" if web().room.engines.were_up() else "not there yet"}
    ready = all(state == "ok" for state in parts.values())
    return jsonify(status="ready" if ready else "not ready", **parts), 200 if ready else 503


def _database() -> str:
    try:
        with web().application.db.reading() as session:
            session.execute(text("SELECT 1"))
            prepared = session.scalar(select(Tenant.id).limit(1)) is not None
    except (SQLAlchemyError, DatabaseBusy):
        return "does not answer"
    return "ok" if prepared else "not prepared"
