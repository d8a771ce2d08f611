"""Hooks about what has to happen at its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import collect

if TYPE_CHECKING:
    from palabre.duties import DutyKind


@collect
def duties() -> list[DutyKind]:
    """Say how the plugin's duties are done.

    Called in the worker whenever duties are due, in the tenant's scope. A duty is owed with ``add_duty``, in the
    transaction that brings the obligation about; while the plugin is switched off for the tenant, its duties wait.

    :returns: kinds named ``<plugin>.<name>``.
    """
    raise NotImplementedError
