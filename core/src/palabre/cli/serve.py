"""``palabre serve``: all services under the supervisor, or one of them in this very process."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from palabre.application import Application, create_application
from palabre.cli.link import address
from palabre.config import Settings
from palabre.errors import PalabreError
from palabre.logging import configure_logging
from palabre.services import Process, known_services
from palabre.services.ports import check_ports
from palabre.services.readiness import wait_until_ready

#: A start that takes longer is worth a word, in seconds.
PATIENCE_S = 60.0


@click.command()
@click.argument("service", required=False)
@click.option("--number", type=int, help="Only this one of several processes of SERVICE, from 0.")
@click.option(
    "--first-run", is_flag=True, help="Before, prepare the database, an operator and a demonstration."
)
def serve(service: str | None, number: int | None, first_run: bool) -> None:
    """Run Palabre: every service, or only SERVICE (web, media, worker …)."""
    application = create_application()
    settings = application.settings
    processes = _chosen(settings, service, number)
    check_ports(port for process in processes for port in process.ports)
    if first_run:
        prepare(application)
    else:
        _require_upgraded(application)
    application.db.close()
    if service is not None and len(processes) == 1:
        command = processes[0].command
        os.execv(command[0], command)  # noqa: S606 - systemd and containers want the service itself
    configure_logging(settings.log, service="supervisor")
    from palabre.services.supervisor import supervise

    supervise(processes, _announcer(settings, processes))


def prepare(application: Application) -> None:
    """Make tables, tenant, operator and demonstration where they are missing; the password is printed once."""
    from palabre import first_run
    from palabre.migrations import upgrade

    for done in upgrade(application.db, application.plugins):
        if done.problem:
            click.echo(done.problem, err=True)
    made = first_run.prepare(application)
    if made.password is not None:
        click.echo(f"Operator: {made.email}, password: {made.password} (shown this once)")


def _require_upgraded(application: Application) -> None:
    from palabre.migrations.pending import require_upgraded

    require_upgraded(application.db, application.plugins)


def _chosen(settings: Settings, service: str | None, number: int | None) -> list[Process]:
    services = known_services()
    if service is None:
        return [process for one in services.values() for process in one.processes(settings)]
    if service not in services:
        raise PalabreError(f"There is no service {service}; there are {', '.join(services)}.")
    processes = services[service].processes(settings)
    if number is None:
        return processes
    if not 0 <= number < len(processes):
        raise PalabreError(
            f"The configuration asks for {len(processes)} of {service}; there is no number {number}."
        )
    return [processes[number]]


def _announcer(settings: Settings, processes: list[Process]) -> Callable[[], None]:
    """Prints the address to open, once somebody answers there."""

    def announce() -> None:
        if not any(process.name.startswith("web") for process in processes):
            return
        if wait_until_ready(settings.web.host, settings.web.port, PATIENCE_S):
            click.echo(f"Palabre is ready: {address(settings)}/   (Ctrl-C stops it)")
            if settings.mail.host is None:
                place = f"http://127.0.0.1:{settings.web.port}/dev/mailbox"
                click.echo(f"No mail server is configured: mail is kept at {place}, nobody gets any.")
        else:
            click.echo(
                f"Palabre is not ready after {PATIENCE_S:g} seconds: see what is logged above.", err=True
            )

    return announce
