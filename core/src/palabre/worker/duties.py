"""Doing what is due: duties are claimed, done in their tenant's scope, and closed or put off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from palabre.application import Application
from palabre.duties import claim_due, finish, leave, postpone
from palabre.errors import Refused
from palabre.hookspecs import duties as hooks
from palabre.model import Duty, Tenant
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import TenantContext, tenant_scope

log = structlog.get_logger(__name__)

#: How the core's own duties are done, by kind: see ``DutyKind.do``.
HANDLERS: dict[str, Callable[[Application, Duty], None]] = {}

#: So long a duty of a plugin that is switched off waits before somebody looks again, in seconds.
SWITCHED_OFF_S = 300.0


def do_due(application: Application) -> int:
    """Do every duty that is due; how many were tried."""
    count = 0
    while (duty := _claim(application)) is not None:
        _do(application, duty)
        count += 1
    return count


def _claim(application: Application) -> Duty | None:
    with application.db.transaction() as session:
        return claim_due(session, now=application.clock.now())


def _do(application: Application, duty: Duty) -> None:
    with tenant_scope(_tenant(application, duty)):
        do = _kinds(application).get(duty.kind)
        if do is None:
            _wait_for_switch(application, duty)
            return
        try:
            do(application, duty)
        except Exception as error:
            _put_off(application, duty, error)
            return
        with application.db.transaction() as session:
            finish(session, duty, now=application.clock.now())


def _tenant(application: Application, duty: Duty) -> TenantContext:
    with application.db.reading() as session:
        return tenant_context(session, application.plugins, session.get_one(Tenant, duty.tenant_id))


def _kinds(application: Application) -> dict[str, Callable[[Application, Duty], None]]:
    """The core's, and those of the plugins that the tenant has switched on."""
    kinds = dict(HANDLERS)
    for contribution in application.plugins.collect(hooks.duties):
        for kind in contribution.value:
            if kind.name.startswith(f"{contribution.plugin}."):
                kinds[kind.name] = kind.do
            else:
                error = ValueError(
                    f"the duty {kind.name!r} must begin with {contribution.plugin!r} and a dot"
                )
                application.plugins.health[contribution.plugin].failed("duties", error)
    return kinds


def _wait_for_switch(application: Application, duty: Duty) -> None:
    with application.db.transaction() as session:
        leave(
            session,
            duty,
            due_at=application.clock.now() + timedelta(seconds=SWITCHED_OFF_S),
            problem=f"no plugin that is switched on does {duty.kind}",
        )


def _put_off(application: Application, duty: Duty, error: Exception) -> None:
    problem = error.message if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
    log.error("duty_failed", key=duty.key, kind=duty.kind, attempts=duty.attempts, exc_info=error)
    with application.db.transaction() as session:
        postpone(session, duty, now=application.clock.now(), problem=problem)
