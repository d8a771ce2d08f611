"""The interface of a payment method. What fits it is one; nothing has to be inherited or imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from palabre_billing.shop.models import Order
from palabre_billing.shop.money import in_money
from palabre_billing.shop.references import readable

if TYPE_CHECKING:
    from palabre_billing.payments.desk import Desk


class MethodField(BaseModel):
    """One thing that a tenant sets for a method.

    :param name: under which the method finds it in ``Desk.settings``.
    :param is_secret: kept sealed, and never shown again.
    :param is_needed: without it the method is not offered.
    :param lines: height of the input.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    label: str = Field(min_length=1, max_length=200)
    help: str = Field("", max_length=1000)
    is_secret: bool = False
    is_needed: bool = True
    lines: int = Field(1, ge=1, le=10)


@dataclass(frozen=True)
class Ordered:
    """An order as a payment method sees it.

    :param reference: as people read and write it.
    :param total: what is to be paid, in minor units of ``currency``; ``net`` and ``vat`` are its parts.
    :param buyer: name, company, address, country, email, language.
    :param provider_reference: as the method said when the payment began.
    """

    public_id: str
    reference: str
    state: str
    credits: int
    currency: str
    net: int
    vat: int
    total: int
    buyer: Mapping[str, str]
    provider_reference: str | None

    @property
    def price(self) -> str:
        """What is to be paid, in the reader's language."""
        return in_money(self.total, self.currency)

    @classmethod
    def of(cls, order: Order) -> Ordered:
        """What a method may know of an order."""
        return cls(
            public_id=order.public_id,
            reference=readable(order.reference),
            state=order.state.value,
            credits=order.credits,
            currency=order.currency,
            net=order.net,
            vat=order.vat,
            total=order.total,
            buyer=dict(order.buyer),
            provider_reference=order.provider_reference,
        )


@dataclass(frozen=True)
class Step:
    """What comes next for the buyer. A ``Desk`` makes it.

    :param url: where the buyer goes on; empty for instructions.
    :param lines: pairs of name and value: whom to pay, what to write.
    :param note: a sentence below.
    :param picture: address of a picture, ``data:image/svg+xml…``, with a text for those who do not see it.
    :param reference: what the provider calls the order.
    """

    url: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    note: str = ""
    picture: str = ""
    picture_text: str = ""
    reference: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As the order keeps it."""
        return {
            "url": self.url,
            "lines": [list(line) for line in self.lines],
            "note": self.note,
            "picture": self.picture,
            "picture_text": self.picture_text,
        }


@dataclass(frozen=True)
class Call:
    """What a provider sent to the webhook.

    :param body: the bytes that a signature is about.
    :param headers: names in lower case.
    """

    body: bytes
    headers: Mapping[str, str]


@runtime_checkable
class PaymentMethod(Protocol):
    """A way to pay.

    A method may also have these:

    ``check(order, desk)``
        Ask the provider how things stand, and tell the desk. Called when the buyer comes back, and by the worker after
        1 minute, 5 minutes, half an hour, 2 hours and a day, so that an order is paid when no webhook arrives.
    ``webhook(call, desk)``
        A provider calls ``desk.webhook_url``. Raise ``ValueError`` for what is not genuine: it is answered with 400.
        Anything else that is raised is answered with 500, so that the provider tries again.
    ``refund(order, payment_id, amount, reason, desk)``
        Give money back, when an operator asks for it, and tell the desk. The customer reads the reason.
    ``takes(currency)``
        Whether amounts of a currency can be paid; every currency without it.
    """

    #: stable, in the database and in addresses
    name: str

    def title(self) -> str:
        """What buyers choose, in the reader's language."""

    def fields(self) -> Sequence[Mapping[str, Any]]:
        """What a tenant sets, as keyword arguments of ``MethodField``."""

    def begin(self, order: Ordered, desk: Desk) -> Step:
        """Begin to pay. May be called again for the same order, and then says the same.

        Called outside of any transaction; it may talk to the provider, for 20 seconds at most.

        :returns: ``desk.go_to(…)`` or ``desk.instructions(…)``.
        :raises Refused: with a sentence for the buyer.
        """
