"""Features: a plugin as a tenant sees it, and which are on for whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.model import Tenant, TenantFeature
from palabre.tenants.scope import TenantContext

if TYPE_CHECKING:
    from palabre.plugins.host import PluginHost


class Level(Enum):
    """Where a plugin works: for the whole installation, for a tenant, or in its rooms."""

    INSTALLATION = "installation"
    TENANT = "tenant"
    ROOM = "room"


@dataclass(frozen=True)
class Feature:
    """What a plugin says about itself, returned by the hook ``feature``.

    :param name: the plugin's name; prefix of its acts, events, tables and addresses.
    :param title: a few words in the reader's language.
    :param description: one sentence in the reader's language.
    :param api_version: version of the hook contract it was written for.
    :param level: where it works.
    :param default: on for tenants that made no choice.
    :param restricted: only the operator may switch it on.
    """

    name: str
    title: str
    description: str
    api_version: int
    level: Level = Level.ROOM
    default: bool = True
    restricted: bool = False


def enabled_features(session: Session, plugins: PluginHost, tenant_id: int) -> frozenset[str]:
    """Names of the features that are on for a tenant: its own choices over each feature's default."""
    chosen = dict(
        session.execute(
            select(TenantFeature.feature, TenantFeature.enabled).where(TenantFeature.tenant_id == tenant_id)
        )
        .tuples()
        .all()
    )
    return frozenset(
        feature.name for feature in plugins.features() if chosen.get(feature.name, feature.default)
    )


def tenant_context(session: Session, plugins: PluginHost, tenant: Tenant) -> TenantContext:
    """A tenant as running code needs it, with its features of this moment."""
    return TenantContext(tenant.id, tenant.slug, tenant.name, enabled_features(session, plugins, tenant.id))


def switch_feature(session: Session, *, tenant_id: int, feature: str, enabled: bool) -> None:
    """Record a tenant's choice. Rooms that are open keep what they opened with."""
    row = session.get(TenantFeature, (tenant_id, feature))
    if row is None:
        session.add(TenantFeature(tenant_id=tenant_id, feature=feature, enabled=enabled))
    else:
        row.enabled = enabled
