"""The help page without a script, and its search."""

from __future__ import annotations

import re

import pytest

from palabre_webui.help import english, french
from palabre_webui.help.finding import marked, matching, paragraphs, words_of
from palabre_webui.modules import HelpQuestion, HelpSection
from palabre_webui.server import create_web


@pytest.fixture
def browser(application, tenant):
    return create_web(application).app.test_client()


def test_both_languages_answer_the_same_questions_in_the_same_order():
    ids = [
        [(section.id, [one.id for one in section.questions]) for section in language]
        for language in (english.SECTIONS, french.SECTIONS)
    ]
    assert ids[0] == ids[1]
    flat = [one for _section, ones in ids[0] for one in ones] + [section for section, _ones in ids[0]]
    assert len(flat) == len(set(flat))
    assert len(flat) > 40


@pytest.mark.parametrize("search", ["echo", "Écho", "ÉCHO", "éch"])
def test_accents_capitals_and_endings_do_not_count(search):
    assert "echo" in matching(french.SECTIONS, search)


def test_every_word_must_be_there():
    assert matching(english.SECTIONS, "microphone camera telephone elephant") == set()
    assert "mute" in matching(english.SECTIONS, "microphone camera")


@pytest.mark.parametrize(
    "search", ['"', "*", "a OR b", "NEAR(", "-", "'; DROP TABLE help; --", "question:x", " "]
)
def test_no_search_is_an_error(browser, search):
    assert browser.get("/help", query_string={"q": search}).status_code == 200


def test_matching_words_are_marked_and_nothing_else_becomes_html():
    assert marked("Écran <b>", words_of("ecr")) == "<mark>Écran</mark> &lt;b&gt;"
    assert paragraphs("See /equipment & more\n\nx") == (
        '<p>See <a href="/equipment">/equipment</a> &amp; more</p><p>x</p>'
    )


def test_what_does_not_match_is_hidden_and_what_matches_is_open(browser):
    page = browser.get("/help?q=presenter+floor").text
    shown = re.findall(r'<details class="card question" id="([\w-]+)" open>', page)
    assert set(shown) == matching(english.SECTIONS, "presenter floor")
    assert "<mark>floor</mark>" in page
    assert f"{len(shown)} answers" in page


def test_nothing_found_says_so(browser):
    assert "Nothing found" in browser.get("/help?q=xylophone").text


def test_the_page_speaks_the_readers_language(browser):
    page = browser.get("/help", headers={"Accept-Language": "fr"}).text
    assert "Comment rejoindre une réunion\N{NO-BREAK SPACE}?" in page


def test_every_page_and_the_room_lead_to_help(browser):
    for path in ("/", "/join", "/account/sign-in", "/no-such-page"):
        assert 'href="/help"' in browser.get(path).text


def test_addresses_in_answers_exist(browser):
    for language in (english.SECTIONS, french.SECTIONS):
        for section in language:
            for one in section.questions:
                for path in re.findall(r"(?<!\S)(/[a-z][a-z/-]*)", one.answer):
                    assert browser.get(path).status_code == 200


def test_a_section_with_an_id_that_is_taken_is_left_out(application, tenant, browser, monkeypatch):
    from palabre.plugins.host import Contribution

    taken = HelpSection("general", "Mine", (HelpQuestion("mine", "Mine?", "Yes."),))
    own = HelpSection("other", "Other", (HelpQuestion("other-1", "Other?", "Yes."),))
    monkeypatch.setattr(
        type(application.plugins), "collect", lambda *_a, **_k: [Contribution("other", [taken, own])]
    )
    page = browser.get("/help").text
    assert "Other?" in page
    assert "Mine?" not in page
