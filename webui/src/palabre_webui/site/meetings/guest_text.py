"""A guest list as text, one guest a line, as ``read_guests`` reads it again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from palabre.invitations import Guest


def guests_as_text(guests: Iterable[Guest]) -> str:
    """A line of titles, without which a name with @ would be read as an address; then one line for each guest."""
    listed = list(guests)
    if not listed:
        return ""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("name", "email", "role"))
    for guest in listed:
        writer.writerow((guest.name, guest.email, guest.role.value))
    return written.getvalue()
