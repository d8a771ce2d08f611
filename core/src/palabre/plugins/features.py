"""Features: a plugin as a tenant sees it, and which are on for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import NotAllowed, NotFound
from palabre.i18n import gettext as _
from palabre.model import Tenant, TenantFeature
from palabre.tenants.scope import TenantContext

if TYPE_CHECKING:
    from palabre.plugins.host import PluginHost

#: Where a plugin works: for the whole installation, which no tenant switches off; for a tenant; or in its rooms.
Level = Literal["installation", "tenant", "room"]


@dataclass(frozen=True, kw_only=True)
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
    level: Level = "room"
    default: bool = True
    restricted: bool = False


class UnknownFeature(NotFound):
    """No plugin of that name runs here."""

    def __init__(self, name: str) -> None:
        super().__init__("unknown_feature", _("There is no feature named {name} here.").format(name=name))


def enabled_features(session: Session, plugins: PluginHost, tenant_id: int) -> frozenset[str]:
    """Names of the features that are on for a tenant: its own choices over each feature's default."""
    chosen = dict(
        session.execute(
            select(TenantFeature.feature, TenantFeature.enabled).where(TenantFeature.tenant_id == tenant_id)
        ).all()
    )
    return frozenset(
        feature.name
        for feature in plugins.features()
        if feature.level == "installation" or chosen.get(feature.name, feature.default)
    )


def tenant_context(session: Session, plugins: PluginHost, tenant: Tenant) -> TenantContext:
    """A tenant as running code needs it, with its features of this moment."""
    features = enabled_features(session, plugins, tenant.id)
    return TenantContext(tenant.id, tenant.slug, tenant.name, features, tenant.host)


def switch_feature(
    session: Session,
    plugins: PluginHost,
    *,
    tenant_id: int,
    feature: str,
    enabled: bool,
    by_operator: bool = False,
) -> None:
    """Record a tenant's choice. Rooms that are open keep what they opened with.

    :param by_operator: whether the person who chooses runs the installation; restricted features ask for it.
    :raises NotFound: code ``unknown_feature``.
    :raises NotAllowed: codes ``restricted_feature``, ``installation_feature``.
    """
    known = next((one for one in plugins.features() if one.name == feature), None)
    if known is None:
        raise UnknownFeature(feature)
    if known.level == "installation":
        raise NotAllowed(
            "installation_feature",
            _("{title} works for the whole installation. It cannot be switched for one tenant.").format(
                title=known.title
            ),
        )
    if known.restricted and enabled and not by_operator:
        raise NotAllowed(
            "restricted_feature",
            _("Only the operator of this installation can switch on {title}.").format(title=known.title),
        )
    row = session.get(TenantFeature, (tenant_id, feature))
    if row is None:
        session.add(TenantFeature(tenant_id=tenant_id, feature=feature, enabled=enabled))
    else:
        row.enabled = enabled
