"""``palabre plugins``: what is installed, how it does, and for whom it is on."""

from __future__ import annotations

import click

from palabre.application import Application, create_application
from palabre.cli.contributed import contributed_commands
from palabre.cli.tables import table
from palabre.migrations import Migrations, owners
from palabre.migrations.purge import orphans
from palabre.plugins.features import switch_feature
from palabre.plugins.tables import tables_of
from palabre.tenants.service import DEFAULT, tenant_by_slug


@click.group(invoke_without_command=True)
@click.pass_context
def plugins(ctx: click.Context) -> None:
    """List the plugins; switch them on and off for a tenant."""
    if ctx.invoked_subcommand is None:
        click.echo(listing(create_application()))


@plugins.command()
@click.argument("name")
@click.option("--tenant", default=DEFAULT, show_default=True, help="Short name of the tenant.")
def enable(name: str, tenant: str) -> None:
    """Switch the plugin NAME on for a tenant. Rooms that are open keep what they opened with."""
    click.echo(switch(create_application(), name, tenant, enabled=True))


@plugins.command()
@click.argument("name")
@click.option("--tenant", default=DEFAULT, show_default=True, help="Short name of the tenant.")
def disable(name: str, tenant: str) -> None:
    """Switch the plugin NAME off for a tenant. Rooms that are open keep what they opened with."""
    click.echo(switch(create_application(), name, tenant, enabled=False))


def switch(application: Application, name: str, tenant: str, *, enabled: bool) -> str:
    """Record the choice of a tenant, as the operator.

    :raises Refused: ``unknown_tenant``, ``unknown_feature``, ``installation_feature``.
    """
    with application.db.transaction() as session:
        row = tenant_by_slug(session, tenant)
        switch_feature(
            session, application.plugins, tenant_id=row.id, feature=name, enabled=enabled, by_operator=True
        )
    return f"{name} is {'on' if enabled else 'off'} for the tenant {tenant}, in every room that opens from now on."


def listing(application: Application) -> str:
    """The plugins and how they do, then a sentence for each that does not run or fails."""
    host = application.plugins
    rows, remarks = [], []
    for name, health in sorted(host.health.items(), key=lambda item: (not item[1].builtin, item[0])):
        known = host.installed.get(name)
        rows.append(
            [
                name,
                "core" if health.builtin else health.version or "-",
                health.state.value,
                known.feature.level if known else "-",
                _default(application, name),
                str(sum(health.errors.values())),
                str(len(tables_of(known.package)) if known else 0),
                _pending(application, name),
            ]
        )
        if health.reason:
            remarks.append(f"{name}: {health.reason}")
    heads = ["plugin", "version", "state", "level", "default", "errors", "tables", "pending"]
    commands = sorted(contributed_commands(host))
    if commands:
        remarks.append(f"Commands of plugins: {', '.join(f'palabre {name}' for name in commands)}")
    if left := orphans(application.db, host):
        remarks.append(f"Tables of plugins that are not installed: {', '.join(left)}")
    return "\n".join([table(heads, rows), *([""] if remarks else []), *remarks])


def _default(application: Application, name: str) -> str:
    known = application.plugins.installed.get(name)
    if known is None or known.feature.level == "installation":
        return "always" if known or application.plugins.health[name].builtin else "-"
    if known.feature.restricted:
        return "on, restricted" if known.feature.default else "off, restricted"
    return "on" if known.feature.default else "off"


def _pending(application: Application, name: str) -> str:
    owner = next((one for one in owners(application.plugins)[1:] if one.name == name), None)
    if owner is None or not owner.has_migrations:
        return "0"
    return str(len(Migrations(application.db, owner).standing().pending))
