"""``palabre db``: upgrading, checking and purging tables."""

from __future__ import annotations

import click

from palabre.application import Application, create_application
from palabre.cli.tables import table
from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.migrations import Migrations, Owner, Purge, owners, plan_purge, upgrade
from palabre.migrations import purge as purge_plugin
from palabre.migrations.purge import orphans
from palabre.plugins.tables import CORE, tables_of

_only = click.option("--plugin", "-p", "only", help="One plugin; `palabre` is the core itself.")


@click.group()
def db() -> None:
    """Upgrade and check the database."""


@db.command("upgrade")
@_only
@click.pass_context
def upgrade_command(ctx: click.Context, only: str | None) -> None:
    """Bring the tables to what the code expects: the core's, then each plugin's."""
    application = create_application()
    failed = False
    for done in upgrade(application.db, application.plugins, only=only):
        if done.problem:
            failed = True
            click.echo(done.problem, err=True)
        elif done.ran:
            click.echo(f"{done.owner}: upgraded to {done.ran[-1]}")
        else:
            click.echo(f"{done.owner}: up to date")
    if failed:
        ctx.exit(1)


@db.command()
def status() -> None:
    """Where the tables of the core and of each plugin stand."""
    application = create_application()
    rows = []
    for owner in owners(application.plugins):
        standing = Migrations(application.db, owner).standing()
        state = "newer than the code" if standing.is_ahead else str(len(standing.pending))
        rows.append([owner.name, standing.current or "-", standing.head or "-", state])
    click.echo(table(["owner", "current", "head", "pending"], rows))
    if left := orphans(application.db, application.plugins):
        click.echo(f"\nTables of plugins that are not installed: {', '.join(left)}")


@db.command()
@_only
@click.pass_context
def check(ctx: click.Context, only: str | None) -> None:
    """Compare the tables with the models; ends with status 1 when they differ."""
    application = create_application()
    differences = [
        f"{owner.name}: {difference}"
        for owner in _wanted(application, only)
        for difference in Migrations(application.db, owner).differences()
    ]
    for difference in differences:
        click.echo(difference)
    if differences:
        ctx.exit(1)
    click.echo("The tables are what the code expects.")


@db.command()
@click.option("--plugin", "-p", "only", default=CORE, show_default=True, help="Whose migration it is.")
@click.option("--message", "-m", required=True, help="What it does, in a few words.")
def revision(only: str, message: str) -> None:
    """Write a new migration from what differs. For developers: read and correct it before you commit it."""
    application = create_application()
    for owner in _wanted(application, only):
        click.echo(Migrations(application.db, owner).write_revision(message))


@db.command()
@click.argument("plugin")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken away.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(plugin: str, dry_run: bool, yes: bool) -> None:
    """Take away everything PLUGIN keeps in the database. There is no way back but a backup."""
    application = create_application()
    if plugin == CORE or (
        plugin in application.plugins.health and plugin not in application.plugins.installed
    ):
        _refuse_purge(application, plugin)
    planned = plan_purge(application.db, application.plugins, plugin)
    click.echo(_summary(planned))
    if dry_run:
        return
    if not yes:
        click.confirm("Take this away?", abort=True)
    purge_plugin(application.db, application.plugins, plugin)
    click.echo(
        f"{plugin} keeps nothing in the database any more. Meetings' journals keep what was said there."
    )


def _refuse_purge(application: Application, plugin: str) -> None:
    health = application.plugins.health.get(plugin)
    if health is None or health.builtin:
        raise click.UsageError(f"{plugin} belongs to the core: it cannot be purged.")


def _summary(planned: Purge) -> str:
    lines = [f"{name}: {_count(rows, 'row')}" for name, rows in planned.tables.items()]
    if planned.choices:
        lines.append(f"the choice of {_count(planned.choices, 'tenant')} to have it on or off")
    return "\n".join(lines) or "nothing but its version table"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _wanted(application: Application, only: str | None) -> list[Owner]:
    found = [owner for owner in owners(application.plugins) if only in (None, owner.name)]
    if not found:
        raise NotFound("unknown_feature", _("There is no feature named {name} here.").format(name=only))
    return [owner for owner in found if owner.has_migrations or tables_of_owner(application, owner)]


def tables_of_owner(application: Application, owner: Owner) -> list[str]:
    """Tables that an owner's models ask for."""
    known = application.plugins.installed.get(owner.name)
    return tables_of(known.package if known else CORE)
