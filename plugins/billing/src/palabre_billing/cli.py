"""``palabre billing``: give and take credits, correct what was wrong, list balances, prove the ledger."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.toolkit import Application, NotFound, RoomClass, Tenant, public_id
from palabre_billing import gifts
from palabre_billing.debits.verifying import verify_debits
from palabre_billing.invoices import verify_invoices
from palabre_billing.ledger import Check, balance, own_account, verify_ledger
from palabre_billing.prices import WhenEmpty, current_prices, set_prices, set_terms
from palabre_billing.shop.verifying import verify_orders
from palabre_billing.statement import terms_in_words

_Command = Callable[..., Any]


@click.group()
def billing() -> None:
    """Credits: give, take, correct, list, verify."""


def _moves(command: _Command) -> _Command:
    """The options of everything that posts."""
    for option in (
        click.option("--tenant", default="default", show_default=True, help="Short name of the tenant."),
        click.option(
            "--author",
            default=getpass.getuser,
            show_default="who is logged in",
            help="Who answers for it; kept for ever.",
        ),
        click.option("--reason", required=True, help="Why; the customer reads it, and it is kept for ever."),
    ):
        command = option(command)
    return command


_KEY = click.option(
    "--key", help="Names what is done: repeated with the same key, it is done once. A new one when not given."
)


@billing.command()
@click.argument("email")
@click.argument("credits", type=click.IntRange(1, gifts.MOST_AT_ONCE))
@_KEY
@_moves
@click.pass_obj
def give(
    application: Application, email: str, credits: int, key: str | None, reason: str, author: str, tenant: str
) -> None:
    """Give CREDITS to the account with the address EMAIL."""
    _move(application, gifts.give, email, credits, key, reason, author, tenant)


@billing.command()
@click.argument("email")
@click.argument("credits", type=click.IntRange(1, gifts.MOST_AT_ONCE))
@_KEY
@_moves
@click.pass_obj
def take(
    application: Application, email: str, credits: int, key: str | None, reason: str, author: str, tenant: str
) -> None:
    """Take CREDITS from the account with the address EMAIL, down to nothing and no further."""
    _move(application, gifts.take, email, credits, key, reason, author, tenant)


@billing.command()
@click.argument("number", type=int)
@click.option("--may-owe", is_flag=True, help="The customer may owe something afterwards.")
@_moves
@click.pass_obj
def correct(
    application: Application, number: int, may_owe: bool, reason: str, author: str, tenant: str
) -> None:
    """Undo the movement NUMBER by its opposite, once. Nothing is ever changed or deleted."""
    with application.db.transaction() as session:
        made = gifts.correct(
            session,
            tenant_id=_tenant(session, tenant),
            number=number,
            reason=reason,
            author=author,
            now=application.clock.now(),
            may_owe=may_owe,
        )
        click.echo(f"Movement {number} is undone by movement {made.id}.")


@billing.command()
@click.option("--tenant", default="default", show_default=True, help="Short name of the tenant.")
@click.pass_obj
def balances(application: Application, tenant: str) -> None:
    """List every customer whose balance is not nothing."""
    with application.db.reading() as session:
        for who, credits in gifts.balances(session, tenant_id=_tenant(session, tenant)):
            click.echo(f"{credits:>10}  {who}")


@billing.command()
@click.option("--tenant", default="default", show_default=True, help="Short name of the tenant.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="WHAT=CREDITS",
    help="A price, as room.M=2 or recording=3; may be repeated. 0 is free.",
)
@click.option("--free-hours", type=int, help="Started hours that each customer has free in each month.")
@click.option("--author", default=getpass.getuser, show_default="who is logged in")
@click.pass_obj
def prices(
    application: Application, tenant: str, changes: tuple[str, ...], free_hours: int | None, author: str
) -> None:
    """Show the prices, or make a new list. It counts for meetings that start from now on."""
    with application.db.transaction() as session:
        tenant_id = _tenant(session, tenant)
        now = current_prices(session, tenant_id)
        if changes or free_hours is not None:
            credits = {**now.credits, **dict(_price(one) for one in changes)}
            now = set_prices(
                session,
                tenant_id=tenant_id,
                credits=credits,
                free_hours=now.free_hours if free_hours is None else free_hours,
                author=author,
                now=application.clock.now(),
            )
        click.echo(f"List {now.number}, {now.free_hours} free hours a month.")
        for (chargeable, variant), credits_ in sorted(now.credits.items()):
            click.echo(f"{credits_:>6}  {chargeable}{f'.{variant}' if variant else ''}")


@billing.command()
@click.option("--tenant", default="default", show_default=True, help="Short name of the tenant.")
@click.option("--stop", is_flag=True, help="Meetings stop as the hour begins that is not covered.")
@click.option("--debt", type=int, help="Meetings go on, down to a debt of so many credits.")
@click.pass_obj
def terms(application: Application, tenant: str, stop: bool, debt: int | None) -> None:
    """Show or choose what becomes of meetings whose organiser has no credits left."""
    if stop and debt is not None:
        raise click.UsageError("Choose one of --stop and --debt.")
    with application.db.transaction() as session:
        tenant_id = _tenant(session, tenant)
        if stop or debt is not None:
            choice = WhenEmpty.STOP if stop else WhenEmpty.DEBT
            set_terms(session, tenant_id=tenant_id, when_empty=choice, allowed_debt=debt or 0)
        click.echo(terms_in_words(session, tenant_id))


def _price(typed: str) -> tuple[tuple[str, str], int]:
    """``room.M=2`` as chargeable, variant and credits: what stands after the last dot is the variant of a room."""
    what, _equals, credits = typed.partition("=")
    if not what or not credits.isdigit():
        raise click.BadParameter(f"{typed!r} is no price: write room.M=2.")
    if what == "room" or what.startswith("room."):
        room_class = what.removeprefix("room").removeprefix(".")
        if room_class not in {one.value for one in RoomClass}:
            raise click.BadParameter(f"there is no class of rooms named {room_class!r}.")
        return ("room", room_class), int(credits)
    return (what, ""), int(credits)


@billing.command()
@click.pass_obj
def verify(application: Application) -> None:
    """Prove every invariant of every tenant's ledger, and print what was checked. Status 1 when one does not hold."""
    faults = 0
    with application.db.reading() as session:
        for check in _checks(session):
            click.echo(f"{'WRONG' if check.faults else 'ok':<6}{check.checked:>9}  {check.name}")
            for fault in check.faults:
                click.echo(f"{'':<17}{fault}")
            faults += len(check.faults)
    if faults:
        raise click.ClickException(f"{faults} things are not as they must be.")
    click.echo("Every invariant holds.")


def _checks(session: Session) -> Iterator[Check]:
    yield from verify_ledger(session)
    yield from verify_debits(session)
    yield from verify_orders(session)
    yield from verify_invoices(session)


def _move(
    application: Application,
    move: Callable[..., Any],
    email: str,
    credits: int,
    key: str | None,
    reason: str,
    author: str,
    tenant: str,
) -> None:
    with application.db.transaction() as session:
        owner = gifts.account_of(session, tenant_id=_tenant(session, tenant), email=email)
        made = move(
            session,
            owner=owner,
            credits=credits,
            reason=reason,
            author=author,
            key=f"by-hand:{key or public_id()}",
            now=application.clock.now(),
        )
        theirs = own_account(session, owner.id)
        left = balance(session, theirs.id) if theirs else 0
        click.echo(f"Movement {made.id}: {owner.email} has {left} credits.")


def _tenant(session: Session, slug: str) -> int:
    found = session.scalar(select(Tenant.id).where(Tenant.slug == slug))
    if found is None:
        raise NotFound("unknown_tenant", f"There is no tenant named {slug}.")
    return found
