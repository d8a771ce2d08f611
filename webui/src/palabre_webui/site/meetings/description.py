"""A meeting's description as HTML that harms nobody."""

from __future__ import annotations

import re

import nh3
from markupsafe import Markup

_TAGS = {"a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "pre", "s", "strong", "u", "ul"}
_SCHEMES = {"http", "https", "mailto", "tel"}
#: Text is taken for HTML only where one of the tags that stay stands in it; ``<foo>`` is text.
_HTML = re.compile(rf"</?(?:{'|'.join(sorted(_TAGS))})(?:\s[^<>]*)?/?>", re.IGNORECASE)
#: Tags that make lines themselves.
_LINES = re.compile(r"<(?:p|br|ul|ol|li|pre|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
#: What ends the sentence around an address, not the address.
_AFTER = ".,;:!?)»”'"


def safe_description(written: str) -> Markup:
    """What the organiser wrote, to be shown: a few tags of text and links, never script, style, form or picture.

    Text without any tag keeps its lines, and its addresses can be followed.
    """
    if not _HTML.search(written):
        written = _with_links(written)
    if not _LINES.search(written):
        written = written.replace("\r\n", "\n").replace("\n", "<br>")
    cleaned = nh3.clean(
        written, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel="noopener nofollow"
    )
    return Markup(cleaned)  # noqa: S704 - nh3 has just left the safe subset


def _with_links(text: str) -> str:
    """Text as HTML, in which addresses of the web can be followed."""
    written, end = Markup(), 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER)
        written += text[end : found.start()]
        written += Markup('<a href="{0}">{0}</a>').format(address)
        end = found.start() + len(address)
    return str(written + text[end:])
