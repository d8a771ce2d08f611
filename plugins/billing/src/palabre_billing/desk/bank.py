"""Reading a bank's statement: CAMT.053 (ISO 20022), or a table (CSV) with titles in English, French or German."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict, Field

from palabre.toolkit import Refused
from palabre.toolkit import gettext as _
from palabre_billing.shop.money import is_currency, minor_units

#: Most entries that are read from one file.
MOST_LINES = 20_000

_TITLES: Mapping[str, frozenset[str]] = {
    "booked_on": frozenset(
        (
            "date",
            "booking date",
            "date de comptabilisation",
            "date operation",
            "date opération",
            "buchungstag",
        )
    ),
    "amount": frozenset(("amount", "credit", "montant", "crédit", "betrag")),
    "currency": frozenset(("currency", "devise", "währung")),
    "text": frozenset(
        (
            "reference",
            "référence",
            "label",
            "libellé",
            "libelle",
            "communication",
            "description",
            "verwendungszweck",
            "remittance information",
        )
    ),
    "payer": frozenset(("payer", "name", "nom", "donneur d'ordre", "debtor", "auftraggeber")),
    "iban": frozenset(("iban", "debtor iban", "iban du donneur d'ordre")),
}
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y%m%d")


class Line(BaseModel):
    """Money that came to a bank account.

    :param bank_id: names the entry in every statement in which it stands.
    :param amount: in minor units of ``currency``.
    :param text: everything that the payer wrote.
    """

    model_config = ConfigDict(frozen=True)

    bank_id: str = Field(max_length=200)
    booked_on: date
    amount: int = Field(gt=0)
    currency: str = Field(pattern="^[A-Z]{3}$")
    text: str = Field("", max_length=2000)
    payer: str = Field("", max_length=200)
    iban: str = Field("", max_length=40)


def read_statement(content: bytes, *, currency: str) -> list[Line]:
    """What came to the account, in the order of the file.

    :param currency: of a table that names none.
    :raises Refused: ``bad_statement`` for what is neither; ``too_many_lines``.
    """
    start = content[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    lines: list[Line] = []
    for line in _read_camt(content) if start.startswith(b"<") else _read_table(content, currency):
        if len(lines) == MOST_LINES:
            raise Refused("too_many_lines", _("The statement is too long. Take a shorter period."))
        lines.append(line)
    return lines


def _read_camt(content: bytes) -> Iterator[Line]:
    if b"<!DOCTYPE" in content.replace(b"\0", b""):  # where bombs are hidden; no bank writes one
        raise _unreadable()
    try:
        root = ET.fromstring(content)  # noqa: S314 - without a DOCTYPE there are no entities
    except (ET.ParseError, ValueError, LookupError):
        raise _unreadable() from None
    if not root.tag.endswith("}Document") or "camt.053" not in root.tag:
        raise _unreadable()
    for entry in root.iterfind(".//{*}Stmt/{*}Ntry"):
        status = _text(entry, "{*}Sts/{*}Cd") or _text(entry, "{*}Sts")
        is_money_in = _text(entry, "{*}CdtDbtInd") == "CRDT" and _text(entry, "{*}RvslInd") not in (
            "true",
            "1",
        )
        if not is_money_in or status not in ("BOOK", ""):
            continue
        parts = entry.findall("{*}NtryDtls/{*}TxDtls") or [entry]
        for number, part in enumerate(parts):
            yield _camt_line(entry, part, number, alone=len(parts) == 1)


def _camt_line(entry: ET.Element, part: ET.Element, number: int, *, alone: bool) -> Line:
    amount = part.find("{*}Amt")
    if amount is None:
        amount = part.find("{*}AmtDtls/{*}TxAmt/{*}Amt")
    if amount is None and alone:
        amount = entry.find("{*}Amt")
    booked = (
        _text(entry, "{*}BookgDt/{*}Dt")
        or _text(entry, "{*}BookgDt/{*}DtTm")
        or _text(entry, "{*}ValDt/{*}Dt")
    )
    currency = amount.get("Ccy", "") if amount is not None else ""
    if amount is None or not is_currency(currency):
        raise _unreadable()
    text = " ".join(
        found.text.strip()
        for path in ("{*}RmtInf//{*}Ustrd", "{*}RmtInf//{*}Ref", "{*}Refs/{*}EndToEndId", "{*}AddtlTxInf")
        for found in part.iterfind(path)
        if found.text
    )
    if alone:
        text = f"{text} {_text(entry, '{*}AddtlNtryInf')}".strip()
    ours = _text(part, "{*}Refs/{*}AcctSvcrRef") or _text(entry, "{*}AcctSvcrRef")
    value = _minor(amount.text or "", currency)
    day = _day(booked[:10])
    payer = _text(part, "{*}RltdPties/{*}Dbtr/{*}Nm") or _text(part, "{*}RltdPties/{*}Dbtr/{*}Pty/{*}Nm")
    iban = _text(part, "{*}RltdPties/{*}DbtrAcct/{*}Id/{*}IBAN")
    name = f"{ours}:{number}" if ours else _digest(day, value, currency, text, payer, iban, number)
    return Line(
        bank_id=f"bank:{name}"[:200],
        booked_on=day,
        amount=value,
        currency=currency,
        text=text[:2000],
        payer=payer[:200],
        iban=iban[:40],
    )


def _read_table(content: bytes, currency: str) -> Iterator[Line]:
    text = _decoded(content)
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise _unreadable() from None
    columns = _columns(rows[0] if rows else [])
    seen: Counter[str] = Counter()
    for row in rows[1:]:
        cell = {name: row[place].strip() for name, place in columns.items() if place < len(row)}
        typed = cell.get("amount", "")
        if not typed or typed.startswith("-"):
            continue
        coin = cell.get("currency", "").upper() or currency
        if not is_currency(coin):
            raise _unreadable()
        value, day = _minor(typed.lstrip("+"), coin), _day(cell.get("booked_on", ""))
        digest = _digest(day, value, coin, cell.get("text", ""), cell.get("payer", ""), cell.get("iban", ""))
        seen[digest] += 1  # two entries of a day may be alike
        yield Line(
            bank_id=f"bank:{digest}:{seen[digest]}",
            booked_on=day,
            amount=value,
            currency=coin,
            text=cell.get("text", "")[:2000],
            payer=cell.get("payer", "")[:200],
            iban=cell.get("iban", "")[:40],
        )


def _columns(titles: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, title in enumerate(titles):
        plain = title.strip().strip("\ufeff").casefold()
        for name, known in _TITLES.items():
            if plain in known and name not in columns:
                columns[name] = place
    if not {"booked_on", "amount", "text"} <= columns.keys():
        raise Refused(
            "bad_statement",
            _("This table cannot be read: its first line must have the titles date, amount and reference."),
        )
    return columns


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


def _minor(typed: str, currency: str) -> int:
    """An amount of a bank: ``1.234,50``, ``1,234.50``, ``1234.5``."""
    plain = typed.strip()
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        plain = plain.replace("," if point > comma else ".", "")
    try:
        return minor_units(plain, currency)
    except Refused:
        raise _unreadable() from None


def _day(typed: str) -> date:
    for form in _DATES:
        try:
            return datetime.strptime(typed.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise _unreadable()


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _unreadable() -> Refused:
    return Refused(
        "bad_statement",
        _(
            "This is no statement that can be read. Ask your bank for CAMT.053, or for a table (CSV) with titles."
        ),
    )
