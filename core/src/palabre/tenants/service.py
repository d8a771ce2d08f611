"""Finding and making tenants."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.model import Tenant
from palabre.tenants.scope import TenantContext

#: The tenant of a plain installation.
DEFAULT = "default"


def ensure_tenant(session: Session, *, slug: str, name: str, now: datetime) -> Tenant:
    """The tenant of that slug, made when there is none."""
    tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None:
        tenant = Tenant(slug=slug, name=name, created_at=now)
        session.add(tenant)
        session.flush()
    return tenant


def tenant_by_slug(session: Session, slug: str) -> Tenant:
    """The tenant of that slug.

    :raises NotFound: code ``unknown_tenant``.
    """
    tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None:
        raise NotFound("unknown_tenant", _("There is no tenant named {slug}.").format(slug=slug))
    return tenant


def tenant_by_host(session: Session, host: str) -> Tenant | None:
    """The tenant that answers to a host name: the one that claims it, else the default one."""
    claimed = session.scalar(select(Tenant).where(Tenant.host == host.partition(":")[0].lower()))
    return claimed or session.scalar(select(Tenant).where(Tenant.slug == DEFAULT))


def site_of(tenant: Tenant | TenantContext, *, installation: str) -> str:
    """Where people reach a tenant, without a slash at the end: its own host name, where it has one.

    :param installation: address of the installation, whose scheme and port count for every tenant.
    """
    if tenant.host is None:
        return installation
    parts = urlsplit(installation)
    host = f"{tenant.host}:{parts.port}" if parts.port else tenant.host
    return urlunsplit((parts.scheme, host, "", "", ""))
