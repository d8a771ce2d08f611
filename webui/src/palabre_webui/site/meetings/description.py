"""A meeting's description as HTML that harms nobody."""

from __future__ import annotations

import re

import nh3
from markupsafe import Markup

from palabre.invitations.description import LINES, TAGS, is_html, with_tags_only

_SCHEMES = {"http", "https", "mailto", "tel"}
#: Tags that make lines themselves.
_LINES = re.compile(rf"<(?:{'|'.join(sorted(LINES))})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
#: What ends the sentence around an address, not the address.
_AFTER = ".,;:!?)»”'"


def safe_description(written: str) -> Markup:
    """What the organiser wrote, to be shown: a few tags of text and links, never script, style, form or picture.

    Text without any tag keeps its lines, and its addresses can be followed.
    """
    written = with_tags_only(written) if is_html(written) else with_links(written)
    if not _LINES.search(written):
        written = written.replace("\r\n", "\n").replace("\n", "<br>")
    cleaned = nh3.clean(
        written,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    )
    return Markup(cleaned)  # noqa: S704 - nh3 has just left the safe subset


def with_links(text: str) -> str:
    """Text as HTML, in which addresses of the web can be followed."""
    written, end = Markup(), 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER)
        written += text[end : found.start()]
        written += Markup('<a href="{0}">{0}</a>').format(address)
        end = found.start() + len(address)
    return str(written + text[end:])
