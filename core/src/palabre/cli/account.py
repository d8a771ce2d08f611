"""``palabre account``: make accounts, make one an operator's, disable one and enable it again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import available_timezones

import click
from sqlalchemy.orm import Session

from palabre.accounts import (
    check_password,
    create_account,
    disable_account,
    enable_account,
    hash_password,
    promote_account,
)
from palabre.accounts.registering import own_account
from palabre.application import Application, create_application
from palabre.errors import NotFound
from palabre.i18n import LANGUAGES
from palabre.model import Account
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import TenantContext, tenant_scope
from palabre.tenants.service import DEFAULT, ensure_tenant, tenant_by_slug

_TENANT = click.option("--tenant", default=DEFAULT, show_default=True, help="Short name of the tenant.")


@click.group()
def account() -> None:
    """Make, promote, disable and enable accounts."""


def _known_zone(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if value not in available_timezones():
        raise click.BadParameter(f"there is no time zone named {value}.")
    return value


@account.command()
@click.argument("email")
@click.option("--name", help="Name as others read it; what stands before the @ when not given.")
@click.option("--operator", is_flag=True, help="The account runs the installation.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.option(
    "--time-zone",
    default="UTC",
    show_default=True,
    callback=_known_zone,
    help="IANA name, such as Europe/Paris.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from a line of standard input.")
@_TENANT
def create(
    email: str,
    name: str | None,
    operator: bool,
    language: str,
    time_zone: str,
    password_stdin: bool,
    tenant: str,
) -> None:
    """Make a confirmed account with the address EMAIL. The password is asked for twice."""
    application = create_application()
    name = name or email.partition("@")[0]
    context = _tenant_of(application, tenant)
    password = _read_password() if password_stdin else _ask_for_password()
    check_password(password, email=email, name=name)
    hashed = hash_password(password)
    with tenant_scope(context), application.db.transaction() as session:
        made = create_account(
            session,
            email=email,
            name=name,
            password_hash=hashed,
            tenant_id=context.id,
            now=application.clock.now(),
            language=language,
            time_zone=time_zone,
            is_operator=operator,
        )
    click.echo(f"{made.email} can sign in{', and is an operator' if operator else ''}.")


@account.command()
@click.argument("email")
@_TENANT
def promote(email: str, tenant: str) -> None:
    """Let the account with the address EMAIL run the installation."""
    with _account_of(create_application(), email, tenant) as (session, own):
        promote_account(session, own)
    click.echo(f"{own.email} is an operator.")


@account.command()
@click.argument("email")
@_TENANT
def disable(email: str, tenant: str) -> None:
    """Let nobody sign in to the account with the address EMAIL; every browser is signed out."""
    application = create_application()
    with _account_of(application, email, tenant) as (session, own):
        disable_account(session, own, now=application.clock.now())
    click.echo(f"{own.email} is disabled, and signed out everywhere.")


@account.command()
@click.argument("email")
@_TENANT
def enable(email: str, tenant: str) -> None:
    """Let the owner of the account with the address EMAIL sign in again."""
    with _account_of(create_application(), email, tenant) as (session, own):
        enable_account(session, own)
    click.echo(f"{own.email} can sign in again.")


@contextmanager
def _account_of(application: Application, email: str, tenant: str) -> Iterator[tuple[Session, Account]]:
    with tenant_scope(_tenant_of(application, tenant)), application.db.transaction() as session:
        yield session, own_account(session, email)


def _tenant_of(application: Application, slug: str) -> TenantContext:
    """The tenant of that short name. The default one is made where nobody served the installation before."""
    try:
        with application.db.reading() as session:
            return tenant_context(session, application.plugins, tenant_by_slug(session, slug))
    except NotFound:
        if slug != DEFAULT:
            raise
    with application.db.transaction() as session:
        made = ensure_tenant(session, slug=DEFAULT, name="Palabre", now=application.clock.now())
        return tenant_context(session, application.plugins, made)


def _read_password() -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError("There is no password on standard input.")
    return line


def _ask_for_password() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("This is no terminal to ask for a password: give it with --password-stdin.")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return typed
