"""Hooks about what is mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import collect

if TYPE_CHECKING:
    from palabre.mail import LetterKind


@collect
def letters() -> list[LetterKind]:
    """Say how the plugin's mails are written.

    Called in the worker when mail is about to be sent, in the tenant's scope. A mail is owed with ``queue_mail``, in
    the transaction that brings it about; while the plugin is switched off for the tenant, its mails wait, three days
    at most.

    :returns: kinds named ``<plugin>.<name>``.
    """
    raise NotImplementedError
