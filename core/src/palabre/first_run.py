"""The first run of an installation: a tenant, an operator, a demonstration meeting. Doing it again changes nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy import select

from palabre.application import Application
from palabre.i18n import gettext as _
from palabre.invitations import make_link, token_of
from palabre.meetings import plan_meeting
from palabre.model import Account, JoinLink, LinkKind, Meeting, Role
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import tenant_scope
from palabre.tenants.service import DEFAULT, ensure_tenant

#: Address with which the operator of a fresh installation signs in.
OPERATOR = "operator@localhost"


@dataclass(frozen=True)
class FirstRun:
    """What was made.

    :param password: the operator's, when it was just made; it is kept nowhere else.
    :param demonstration: token of the public link into the demonstration meeting.
    """

    email: str
    password: str | None
    demonstration: str


def prepare(application: Application) -> FirstRun:
    """Make what is missing, in one transaction."""
    now = application.clock.now()
    with application.db.transaction() as session:
        tenant = ensure_tenant(session, slug=DEFAULT, name="Palabre", now=now)
        context = tenant_context(session, application.plugins, tenant)
    with tenant_scope(context), application.db.transaction() as session:
        password = None
        if session.scalar(select(Account.id).where(Account.is_operator).limit(1)) is None:
            password = secrets.token_urlsafe(12)
            session.add(
                Account(
                    email=OPERATOR,
                    name=_("Operator"),
                    password_hash=PasswordHasher().hash(password),
                    is_operator=True,
                    created_at=now,
                    confirmed_at=now,
                    password_set_at=now,
                )
            )
        meeting = session.scalar(select(Meeting).where(Meeting.is_demonstration).limit(1))
        if meeting is None:
            meeting = plan_meeting(
                session, name=_("Demonstration meeting"), now=now, tenant_id=context.id, is_demonstration=True
            )
        link = public_link(meeting)
        if link is None:
            link = make_link(session, meeting=meeting, kind=LinkKind.PUBLIC, role=Role.GUEST, now=now)
        return FirstRun(OPERATOR, password, token_of(application.secret, link))


def public_link(meeting: Meeting) -> JoinLink | None:
    """The public link of a meeting that is still good."""
    links = [link for link in meeting.links if link.kind is LinkKind.PUBLIC and link.revoked_at is None]
    return links[0] if links else None
