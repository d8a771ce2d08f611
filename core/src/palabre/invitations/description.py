"""A meeting's description: when it is HTML, which tags stay in it, and how it reads as plain text."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

#: Tags that stay where a description is shown.
TAGS = frozenset(
    {"a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "pre", "s", "strong", "u", "ul"}
)
#: Tags that come with text that was pasted from elsewhere; they are left out. Any other is no tag but text.
_LEFT_OUT = (
    "abbr|address|article|aside|base|body|button|center|col|colgroup|dd|del|details|div|dl|"
    "dt|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h1|h2|h3|h4|h5|"
    "h6|head|header|hr|html|iframe|img|input|ins|kbd|label|legend|link|main|map|math|"
    "meta|nav|noscript|object|option|picture|q|samp|script|section|select|small|source|span|"
    "strike|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|"
    "title|tr|tt|var|video"
)
#: What makes lines in a text without any.
LINES = frozenset({"p", "br", "ul", "ol", "li", "pre", "blockquote"})
#: What ends with an empty line.
_BLOCKS = LINES - {"br", "li"}
_SILENT = ("script", "style")


#: How a tag goes on after its name.
_REST = r"(?:\s[^<>]*)?/?>"
_STAY = "|".join(sorted(TAGS))
_HTML = re.compile(rf"</?(?:{_STAY}){_REST}", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{_STAY}|{_LEFT_OUT}){_REST}|!--)", re.IGNORECASE)


def is_html(description: str) -> bool:
    """Whether one of the tags that stay stands in a description; ``<lea@example.org>`` is text."""
    return _HTML.search(description) is not None


def with_tags_only(description: str) -> str:
    """HTML in which every ``<`` that begins no tag is a sign of the text."""
    return _NO_TAG.sub("&lt;", description)


def plain_text(description: str) -> str:
    """A description without its tags. Text without any stays as it is."""
    if not is_html(description):
        return description.strip()
    reader = _Plain()
    reader.feed(with_tags_only(description))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._address: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        if tag in _SILENT:
            self._silent += 1
        if tag in LINES:
            self.parts.append("\n• " if tag == "li" else "\n")
        if tag == "a":
            self._address = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        """A tag ends; a link's address follows its words."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "a" and self._address:
            if self._address not in "".join(self.parts[-1:]):
                self.parts.append(f" ({html.unescape(self._address)})")
            self._address = None
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text."""
        if not self._silent:
            self.parts.append(data)
