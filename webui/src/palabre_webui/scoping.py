"""For whom a request is: the tenant that answers to its host name, the language of the reader."""

from __future__ import annotations

import time
from contextlib import ExitStack

from flask import Flask, abort, g, request

from palabre.application import Application
from palabre.i18n import language_scope
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import TenantContext, tenant_scope
from palabre.tenants.service import tenant_by_host
from palabre_webui.languages import wanted_language
from palabre_webui.sign_in import signed_in

#: How long a tenant and its features are remembered, in seconds: so late does a switched feature show on pages.
REMEMBERED_S = 2.0


class Tenants:
    """The tenants by host name, remembered for a moment.

    :param application: whose database is asked.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._known: dict[str, tuple[float, TenantContext]] = {}

    def of_host(self, host: str) -> TenantContext | None:
        """The tenant that answers to a host name; ``None`` on an installation without tenants."""
        remembered = self._known.get(host)
        if remembered is not None and remembered[0] > time.monotonic():
            return remembered[1]
        with tenant_scope(None), self._application.db.reading() as session:
            row = tenant_by_host(session, host)
            if row is None:
                return None
            found = tenant_context(session, self._application.plugins, row)
        if len(self._known) > 1000:  # whoever asks may send any host name
            self._known.clear()
        self._known[host] = (time.monotonic() + REMEMBERED_S, found)
        return found


def scope_requests(app: Flask, tenants: Tenants) -> None:
    """Run every request of ``app`` in its tenant's and its reader's scope."""

    @app.before_request
    def enter() -> None:
        stack = g.scopes = ExitStack()
        stack.enter_context(language_scope(wanted_language()))
        if request.endpoint is not None and request.endpoint.startswith(INSTALLATION_LEVEL):
            return
        tenant = tenants.of_host(request.host)
        if tenant is None:
            abort(503)
        stack.enter_context(tenant_scope(tenant))
        account = signed_in()
        if account is not None:
            stack.enter_context(language_scope(account.language))

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        stack = g.pop("scopes", None)
        if stack is not None:
            stack.close()


#: Endpoints that no tenant is needed for: they have to answer when the database does not.
INSTALLATION_LEVEL = ("assets.", "health.", "metrics.")
