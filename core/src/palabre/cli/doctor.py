"""``palabre doctor``: tries what Palabre needs, and says what to do about each thing that is missing."""

from __future__ import annotations

import click

from palabre.application import create_application
from palabre.cli.examination import EXAMINATIONS
from palabre.cli.failures import sentence_of
from palabre.findings import Finding

_MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check what Palabre needs. Ends with status 1 when something is missing."""
    try:
        application = create_application()
    except Exception as error:
        known = sentence_of(error)
        if known is None:
            raise
        _say(Finding("configuration", "failed", known.text))
        ctx.exit(1)
    findings = [finding for examine in EXAMINATIONS for finding in examine(application)]
    for finding in findings:
        _say(finding)
    if any(finding.state == "failed" for finding in findings):
        ctx.exit(1)


def _say(finding: Finding) -> None:
    click.echo(f"{_MARKS[finding.state]}  {finding.what}: {finding.text}")
