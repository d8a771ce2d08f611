"""``palabre link``: a personal join link for somebody, from the command line."""

from __future__ import annotations

import click

from palabre.application import Application, create_application
from palabre.config import Settings
from palabre.errors import Refused
from palabre.invitations import make_link, token_of
from palabre.meetings import find_meeting
from palabre.model import LinkKind, Role
from palabre.plugins.features import tenant_context
from palabre.rooms.names import clean_name
from palabre.tenants.scope import tenant_scope
from palabre.tenants.service import DEFAULT, tenant_by_slug


@click.command()
@click.argument("meeting")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.GUEST.value, show_default=True
)
@click.option("--name", required=True, help="Name proposed to the person.")
@click.option("--tenant", default=DEFAULT, show_default=True, help="Short name of the tenant.")
def link(meeting: str, role: str, name: str, tenant: str) -> None:
    """Print a personal join link into MEETING: its public id, or the word demo."""
    try:
        click.echo(
            personal_link(create_application(), meeting=meeting, role=Role(role), name=name, tenant=tenant)
        )
    except Refused as refusal:
        raise click.ClickException(refusal.message) from None


def personal_link(
    application: Application, *, meeting: str, role: Role, name: str, tenant: str = DEFAULT
) -> str:
    """The address of a new personal link.

    :raises Refused: ``unknown_tenant``, ``unknown_meeting``, ``bad_name``.
    """
    with application.db.reading() as session:
        context = tenant_context(session, application.plugins, tenant_by_slug(session, tenant))
    with tenant_scope(context), application.db.transaction() as session:
        made = make_link(
            session,
            meeting=find_meeting(session, meeting),
            kind=LinkKind.PERSONAL,
            role=role,
            name=clean_name(name),
            now=application.clock.now(),
        )
        return f"{address(application.settings)}/join/{token_of(application.secret, made)}"


def address(settings: Settings) -> str:
    """Where people reach this installation, without a slash at the end."""
    return settings.address
