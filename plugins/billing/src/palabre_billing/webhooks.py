"""Where payment providers call."""

from __future__ import annotations

import structlog
from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from palabre.toolkit import current_tenant
from palabre_billing.payments import Call, desk_for, known_methods
from palabre_webui.toolkit import application, called_by_machines, limited, longest_form, permission

log = structlog.get_logger(__name__)

#: Longest message of a provider, in bytes.
LONGEST = 512 * 1024


def add_webhooks(pages: Blueprint) -> None:
    """Put the address on a blueprint."""
    pages.post("/webhooks/<method>")(called)


@permission("public")
@limited("300 per minute")
@called_by_machines
@longest_form(LONGEST)
def called(method: str) -> ResponseReturnValue:
    """A provider says what happened. 400 for what is not genuine; 500 lets it try again."""
    app, tenant = application(), current_tenant()
    known = known_methods(app).get(method)
    hook = getattr(known.method, "webhook", None) if known else None
    if tenant is None or hook is None:
        abort(404)
    call = Call(
        request.get_data(cache=False), {name.lower(): value for name, value in request.headers.items()}
    )
    with app.db.reading() as session:
        desk = desk_for(app, session, tenant_id=tenant.id, name=method)
    try:
        hook(call, desk)
    except ValueError as error:
        log.warning("webhook refused", method=method, tenant=tenant.slug, reason=str(error))
        return {"error": "refused"}, 400
    return "", 204
