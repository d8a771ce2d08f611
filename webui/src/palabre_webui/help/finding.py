"""Finding answers: full text in memory, by words or their beginnings, whatever their accents and capitals."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from markupsafe import Markup, escape

from palabre.i18n.folding import folded
from palabre_webui.modules import HelpSection

_WORD = re.compile(r"\w+")
#: Most words that are looked for.
_MOST_WORDS = 12
#: A path of this site in an answer, which becomes a link.
_PATH = re.compile(r"(?<!\S)(/[a-z][a-z/-]*)")


def words_of(search: str) -> list[str]:
    """The words that are looked for."""
    return _WORD.findall(folded(search))[:_MOST_WORDS]


def matching(sections: Sequence[HelpSection], search: str) -> set[str]:
    """Ids of the questions in which every word of ``search`` stands, in the question or its answer."""
    words = words_of(search)
    if not words:
        return set()
    with sqlite3.connect(":memory:") as index:
        index.execute(
            "CREATE VIRTUAL TABLE help"
            " USING fts5(id UNINDEXED, question, answer, tokenize='unicode61 remove_diacritics 2')"
        )
        index.executemany(
            "INSERT INTO help VALUES (?, ?, ?)",
            [(one.id, one.question, one.answer) for section in sections for one in section.questions],
        )
        wanted = " AND ".join(f'"{word}"*' for word in words)
        found = {row[0] for row in index.execute("SELECT id FROM help WHERE help MATCH ?", (wanted,))}
    index.close()
    return found


def marked(text: str, words: Sequence[str]) -> Markup:
    """``text`` as HTML, with the words that begin with one of ``words`` marked."""
    made = Markup("")
    at = 0
    for found in _WORD.finditer(text):
        if words and any(folded(found[0]).startswith(word) for word in words):
            made += escape(text[at : found.start()]) + Markup("<mark>{}</mark>").format(found[0])
            at = found.end()
    return made + escape(text[at:])


def paragraphs(answer: str, words: Sequence[str] = ()) -> Markup:
    """An answer as HTML: paragraphs, paths of this site as links, the words that were looked for marked."""
    made = Markup("")
    for paragraph in answer.split("\n\n"):
        pieces = _PATH.split(paragraph)
        said = Markup("").join(
            Markup('<a href="{0}">{0}</a>').format(piece) if number % 2 else marked(piece, words)
            for number, piece in enumerate(pieces)
        )
        made += Markup("<p>{}</p>").format(said)
    return made
