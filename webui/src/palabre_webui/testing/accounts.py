"""People with accounts, for tests of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.accounts import create_account, hash_password
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import TenantContext, tenant_scope
from palabre.tenants.service import DEFAULT, tenant_by_slug

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from palabre.application import Application
    from palabre.model import Account
    from palabre_webui.server import Web

PASSWORD = "four words are enough"  # noqa: S105 - of people who are made up


def make_account(
    application: Application,
    *,
    email: str = "lea@example.org",
    name: str = "Léa",
    tenant: TenantContext | None = None,
) -> Account:
    """A confirmed account of the tenant, by default the only one, with ``PASSWORD``."""
    if tenant is None:
        with application.db.reading() as session:
            tenant = tenant_context(session, application.plugins, tenant_by_slug(session, DEFAULT))
    with tenant_scope(tenant), application.db.transaction() as session:
        return create_account(
            session,
            email=email,
            name=name,
            password_hash=hash_password(PASSWORD),
            tenant_id=tenant.id,
            now=application.clock.now(),
        )


def client_of(web: Web, account: Account) -> FlaskClient:
    """A browser that has signed in."""
    client = web.app.test_client()
    token = csrf_token(client, "/account/sign-in")
    answer = client.post(
        "/account/sign-in", data={"email": account.email, "password": PASSWORD, "csrf_token": token}
    )
    assert answer.status_code == 303, answer.text
    return client


def csrf_token(client: FlaskClient, path: str) -> str:
    """The token in the form of a page."""
    page = client.get(path).text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
