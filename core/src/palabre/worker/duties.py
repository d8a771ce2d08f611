"""Doing what is due: duties are claimed, done in their tenant's scope, and closed or put off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from palabre.application import Application
from palabre.duties import CLAIM_S, DutyKind, claim_alike, claim_due, finish, leave, postpone
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
        count += _do_with_alike(application, duty)
    return count


def _claim(application: Application) -> Duty | None:
    with application.db.transaction() as session:
        return claim_due(session, now=application.clock.now())


def _do_with_alike(application: Application, duty: Duty) -> int:
    """Do a duty, and others like it when its kind allows that; how many were tried."""
    with tenant_scope(_tenant(application, duty)):
        kind = _kinds(application).get(duty.kind)
        if kind is None:
            _wait_for_switch(application, duty)
            return 1
        _do(application, kind, duty)
        if kind.at_once == 1:
            return 1
        claimed_at = application.clock.now()
        with application.db.transaction() as session:
            alike = claim_alike(session, duty, now=claimed_at, most=kind.at_once - 1)
        fresh_until = claimed_at + timedelta(seconds=CLAIM_S / 2)
        for number, one in enumerate(alike):
            if application.clock.now() > fresh_until:
                _give_back(application, alike[number:])
                return 1 + number
            _do(application, kind, one)
        return 1 + len(alike)


def _do(application: Application, kind: DutyKind, duty: Duty) -> None:
    try:
        kind.do(application, duty)
    except Exception as error:
        _put_off(application, duty, error)
        return
    if duty.done_at is None:
        with application.db.transaction() as session:
            finish(session, duty, now=application.clock.now())


def _give_back(application: Application, duties: list[Duty]) -> None:
    """Let any worker take what this one was too slow for."""
    with application.db.transaction() as session:
        for duty in duties:
            leave(session, duty, due_at=duty.due_at, problem=None)


def _tenant(application: Application, duty: Duty) -> TenantContext:
    with application.db.reading() as session:
        return tenant_context(session, application.plugins, session.get_one(Tenant, duty.tenant_id))


def _kinds(application: Application) -> dict[str, DutyKind]:
    """The core's, and those of the plugins that the tenant has switched on."""
    kinds = {name: DutyKind(name, do) for name, do in HANDLERS.items()}
    for contribution in application.plugins.collect(hooks.duties):
        for kind in contribution.value:
            if kind.name.startswith(f"{contribution.plugin}."):
                kinds[kind.name] = kind
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
