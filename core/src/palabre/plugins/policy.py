"""What surrounds every implementation of a hook: the tenant gate, the error policy, the time spent.

It is put around the function once, when the plugin is registered, so that no caller can forget it.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog

from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.plugins.health import Health
from palabre.plugins.markers import HookKind
from palabre.tenants.scope import current_tenant

log = structlog.get_logger(__name__)

T = TypeVar("T")


class PluginFailed(Refused):
    """A plugin that had to be asked failed, so the answer is no."""

    def __init__(self, plugin: str) -> None:
        super().__init__(
            "plugin_failed",
            _(
                "The feature {plugin} failed, so this could not be done. Please tell your administrator."
            ).format(plugin=plugin),
        )
        self.plugin = plugin


@dataclass(frozen=True)
class Contribution(Generic[T]):
    """What one plugin returned, with its name."""

    plugin: str
    value: T


def enclose(
    function: Callable[..., Any], *, hook: str, kind: HookKind, health: Health, gated: bool, strict: bool
) -> Callable[..., Any]:
    """Put gate, policy and timing around one implementation.

    :param gated: whether the tenant of the moment decides if it is called at all.
    :param strict: re-raise instead of containing; for tests.
    """

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if gated and not _is_on(health.name):
            return None
        started = time.perf_counter()
        try:
            result = function(*args, **kwargs)
        except Refused as refusal:
            if kind is HookKind.GUARD:
                raise
            return failed(refusal)
        except Exception as error:
            return failed(error)
        finally:
            health.count(hook, time.perf_counter() - started)
        return None if result is None else Contribution(health.name, result)

    def failed(error: Exception) -> None:
        tenant = current_tenant()
        health.failed(hook, error)
        log.error(
            "plugin failed",
            plugin=health.name,
            hook=hook,
            tenant=tenant.slug if tenant else None,
            exc_info=error,
        )
        if strict:
            raise error
        if kind is HookKind.GUARD:
            raise PluginFailed(health.name) from error

    return called


def _is_on(plugin: str) -> bool:
    tenant = current_tenant()
    return tenant is not None and plugin in tenant.features
