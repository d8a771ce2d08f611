"""What the translations' tool finds in code, refuses in a catalogue and writes for the programs."""

from __future__ import annotations

import gettext
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import messages
import translations

SOURCES = {
    "service.py": '_("Nobody is here.")\nngettext("{n} seat", "{n} seats", 3)\n',
    "templates/page.html": "<h1>{{ _('Welcome') }}</h1>{% trans %}Goodbye{% endtrans %}",
    "static/room.js": """html`<b>${t('Raise hand')}</b>${n ? html`${api.t("It's {name}", {name})}` : ''}`;
x.split('no'); t.n('{n} person', '{n} people', n);""",
    "static/vendor/lib.js": "t('not ours')",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "palabre_x"
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def translate(package: Path, **texts: str | tuple[str, str]) -> None:
    """Write the French catalogue; every sentence that is not given gets its own text as translation."""
    translations.update(package)
    path = catalogue(package)
    catalog = translations._read(path, "fr")
    for message in catalog:
        message.string = texts.get(str(message.id), message.id)
    with path.open("wb") as file:
        translations.write_po(file, catalog)


def catalogue(package: Path) -> Path:
    return package / "translations" / "fr" / "LC_MESSAGES" / "messages.po"


def test_sentences_are_found_in_python_templates_and_browser_modules(package):
    assert {message.id for message in messages.find(package) if message.id} == {
        "Nobody is here.",
        ("{n} seat", "{n} seats"),
        "Welcome",
        "Goodbye",
        "Raise hand",
        "It's {name}",
        ("{n} person", "{n} people"),
    }


def test_a_package_without_a_catalogue_fails_the_check(package):
    assert len(translations.check(package)) == 7


def test_update_writes_a_catalogue_that_still_fails_until_it_is_translated(package):
    translations.update(package)
    assert {problem.split(": ")[1] for problem in translations.check(package)} == {"not translated"}


def test_update_twice_changes_nothing(package):
    translations.update(package)
    once = catalogue(package).read_text()
    translations.update(package)
    assert catalogue(package).read_text() == once


def test_a_complete_catalogue_passes(package):
    translate(package)
    assert translations.check(package) == []


def test_a_new_sentence_in_the_code_fails_the_check(package):
    translate(package)
    (package / "more.py").write_text('_("Something new")')
    assert [problem.split(": ")[1] for problem in translations.check(package)] == ["missing"]


def test_a_sentence_that_is_gone_from_the_code_fails_the_check(package):
    translate(package)
    (package / "templates/page.html").write_text("{{ _('Welcome') }}")
    assert [problem.split(": ")[1] for problem in translations.check(package)] == ["no longer in the code"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("C'est {nom}", "has a placeholder that the English has not"), ("C'est moi", "lacks a placeholder")],
)
def test_a_placeholder_must_survive_translation(package, text, problem):
    translate(package, **{"It's {name}": text})
    assert [found.split(": ")[1] for found in translations.check(package)] == [problem]


def test_a_fuzzy_translation_fails_the_check(package):
    translate(package)
    catalogue(package).write_text(
        catalogue(package).read_text().replace('msgid "Welcome"', '#, fuzzy\nmsgid "Welcome"')
    )
    assert [problem.split(": ")[1] for problem in translations.check(package)] == ["marked fuzzy"]


def test_compiling_gives_python_everything_and_the_browser_its_own_sentences(package):
    translate(package, **{"Welcome": "Bienvenue", "Raise hand": "Lever la main"})
    translations.compile_(package)
    with catalogue(package).with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Welcome") == "Bienvenue"
    assert json.loads((package / "static/i18n/fr.json").read_text()) == {
        "Raise hand": "Lever la main",
        "It's {name}": "It's {name}",
        "{n} person": ["{n} person", "{n} people"],
    }
