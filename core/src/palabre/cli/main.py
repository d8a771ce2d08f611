"""The group of all commands, and what a person reads when one fails."""

from __future__ import annotations

import importlib
import sys

import click

from palabre import __version__

#: The core's commands: name, where it is, and what it does in a few words, so that help imports nothing.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("palabre.cli.serve:serve", "Run Palabre, or one of its services."),
    "link": ("palabre.cli.link:link", "Print a personal join link into a meeting."),
    "account": ("palabre.cli.account:account", "Make accounts; promote, disable and enable them."),
    "plugins": ("palabre.cli.plugins:plugins", "List plugins; switch them on and off for a tenant."),
    "db": ("palabre.cli.db:db", "Upgrade and check the database."),
    "init": ("palabre.cli.init:init", "Write a commented palabre.toml."),
    "doctor": ("palabre.cli.doctor:doctor", "Check what Palabre needs, and say what to do."),
}


class Commands(click.Group):
    """The core's commands, imported late, then the plugins'."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The core's; a plugin's are found by name, without importing every plugin for a list."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_place, text) in COMMANDS.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, the core's first."""
        _write_logs_to_stderr(verbose=bool(ctx.params.get("verbose")))
        if cmd_name in COMMANDS:
            module, _colon, attribute = COMMANDS[cmd_name][0].partition(":")
            found: click.Command = getattr(importlib.import_module(module), attribute)
            return found
        from palabre.cli.contributed import contributed_command

        return contributed_command(ctx, cmd_name)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Plugins may add commands of their own: `palabre plugins` lists them.",
)
@click.version_option(__version__, prog_name="palabre")
@click.option("--verbose", "-v", is_flag=True, help="Show what is logged meanwhile, on standard error.")
def commands(verbose: bool) -> None:
    """Web conferencing that you host yourself."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command; what goes wrong is one sentence and a status, never a traceback for a known situation.

    Status 1: it was refused or did not work. Status 2: the configuration, or what was typed, is wrong.
    """
    try:
        status = commands.main(args=arguments, prog_name="palabre", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        from palabre.cli.failures import sentence_of

        known = sentence_of(error)
        if known is None:
            raise
        click.echo(f"palabre: {known.text}", err=True)
        sys.exit(known.status)


def _write_logs_to_stderr(*, verbose: bool) -> None:
    """Keep standard output for what the command is asked for. A service sets up its own log after this."""
    import logging

    import structlog

    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.CRITICAL),
    )
