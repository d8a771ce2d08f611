"""Every movement as a workbook (XLSX, Office Open XML). Nothing in it is a formula or a link."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from palabre.toolkit import gettext as _
from palabre_billing.statement import Movement

#: Rows after which the others in the process get a turn.
_TURN = 200
#: Rows of a sheet; Excel reads no more (1,048,576 with the heading).
_ROWS = 1_048_575


def write_sheet(rows: Iterable[Movement], into: IO[bytes]) -> Workbook:
    """Write rows as they come, in little memory. What is returned is to be closed, which takes long for many rows.

    Times are UTC. What does not fit on a sheet is on the next one.
    """
    book = Workbook(
        into,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    heads = [
        _("Number"),
        _("When (UTC)"),
        _("What"),
        _("Credits"),
        _("Meeting"),
        _("Name"),
        _("Hour"),
        _("Reason"),
    ]
    sheet = None
    for number, one in enumerate(rows):
        place = number % _ROWS + 1
        if sheet is None or place == 1:
            sheet = _new_sheet(book, heads, bold)
        sheet.write_number(place, 0, one.number)
        sheet.write_datetime(place, 1, _naive(one.at), moment)
        sheet.write_string(place, 2, one.said)
        sheet.write_number(place, 3, one.credits)
        sheet.write_string(place, 4, one.meeting or "")
        sheet.write_string(place, 5, one.meeting_name)
        if one.hour is not None:
            sheet.write_number(place, 6, one.hour)
        sheet.write_string(place, 7, one.reason)
        if number % _TURN == 0:
            time.sleep(0)
    if sheet is None:
        _new_sheet(book, heads, bold)
    return book


def _new_sheet(book: Workbook, heads: list[str], bold: Format) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, width in enumerate((10, 20, 18, 10, 20, 36, 8, 48)):
        sheet.set_column(column, column, width)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    return sheet


def _naive(at: datetime) -> datetime:
    """Workbooks know no zones."""
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
