"""What the plugin contributes; the rules are in the packages beside it."""

from __future__ import annotations

import click

from palabre.toolkit import Feature, hookimpl
from palabre.toolkit import gettext as _
from palabre_billing import cli


@hookimpl
def feature() -> Feature:
    """The feature as tenants see it: off until the operator switches it on, because then meetings cost something."""
    return Feature(
        name="billing",
        title=_("Billing"),
        description=_("Meetings are paid with credits, by the started hour."),
        level="tenant",
        default=False,
        restricted=True,
        api_version=1,
    )


@hookimpl
def commands() -> list[click.Command]:
    """``palabre billing``."""
    return [cli.billing]
