"""For which tenant the present code runs. The plugin gate and the database session both read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class TenantContext:
    """A tenant as running code needs it.

    :param id: primary key of the tenant's row.
    :param slug: short name in addresses and commands, unique on the installation.
    :param name: the brand, as people read it.
    :param features: names of the plugins switched on.
    :param host: its own host name, where it has one.
    """

    id: int
    slug: str
    name: str
    features: frozenset[str]
    host: str | None = None

    def with_features(self, features: frozenset[str]) -> TenantContext:
        """The same tenant with another set of features; a room pins the set it opened with."""
        return replace(self, features=features)


_current: ContextVar[TenantContext | None] = ContextVar("palabre_tenant", default=None)


def current_tenant() -> TenantContext | None:
    """The tenant the present code runs for; ``None`` at installation level."""
    return _current.get()


@contextmanager
def tenant_scope(tenant: TenantContext | None) -> Iterator[None]:
    """Run the block for one tenant; ``None`` returns to installation level. Scopes nest."""
    token = _current.set(tenant)
    try:
        yield
    finally:
        _current.reset(token)
