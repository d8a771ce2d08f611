"""The organiser's guide names buttons and pages as the product does, and shows pictures that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs/organiser"
LANGUAGES = ["en", "fr"]


def said_by_the_product(language: str) -> set[str]:
    with (ROOT / "webui/src/palabre_webui/translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    texts = [message.id if language == "en" else message.string for message in catalog if message.id]
    return {plain(one) for text in texts for one in ([text] if isinstance(text, str) else text)}


def plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def of_the_guide(language: str, pattern: str) -> list[str]:
    text = (GUIDES / f"guide.{language}.md").read_text()
    return [plain(found) for found in re.findall(pattern, text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_quoted_is_what_the_pages_say(language: str) -> None:
    quoted = of_the_guide(language, r"(?<!\*)\*([^*]+)\*(?!\*)")

    assert len(quoted) > 30
    assert [one for one in quoted if one not in said_by_the_product(language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_picture_is_there_and_small(language: str) -> None:
    shown = of_the_guide(language, r"\]\((img/[^)]+)\)")

    assert shown
    for picture in shown:
        assert 10_000 < (GUIDES / picture).stat().st_size < 120_000, picture


def test_both_languages_show_the_same_pictures_and_have_the_same_chapters() -> None:
    english, french = (
        [len(mark) for mark in of_the_guide(language, r"(?m)^(#+) ")] for language in LANGUAGES
    )
    pictures = [
        [name.replace(f".{language}.png", "") for name in of_the_guide(language, r"\]\((img/[^)]+)\)")]
        for language in LANGUAGES
    ]

    assert english == french
    assert pictures[0] == pictures[1]
    assert {path.name.split(".")[0] for path in (GUIDES / "img").iterdir()} == {
        name.removeprefix("img/") for name in pictures[0]
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_link_to_a_chapter_leads_to_one(language: str) -> None:
    chapters = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in of_the_guide(language, r"(?m)^#+ (.+)$")
    }

    assert set(of_the_guide(language, r"\]\(#([^)]+)\)")) <= chapters
