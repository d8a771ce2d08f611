"""A guest list as text, to be read again: a table with a line of titles."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from palabre.invitations.guests import Guest

#: Fields of a guest with the titles of their columns.
_COLUMNS = {
    "name": "name",
    "email": "email",
    "role": "role",
    "language": "language",
    "time_zone": "time zone",
}


def guests_as_text(guests: Iterable[Guest]) -> str:
    """A guest list as ``read_guests`` reads it again, one guest a line.

    It begins with a line of titles, without which a name with @ would be read as an address.
    """
    listed = list(guests)
    if not listed:
        return ""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_COLUMNS.values())
    writer.writerows(
        (guest.name, guest.email, guest.role.value, guest.language or "", guest.time_zone or "")
        for guest in listed
    )
    return written.getvalue()


def row_of(cells: Mapping[str, str]) -> str:
    """A row below those titles, by field of a guest, whatever its cells say."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([cells.get(name, "") for name in _COLUMNS])
    return written.getvalue()
