"""Guest lists as people write them: typed, pasted, saved from a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palabre.invitations import Guest, guests_as_text, join_lists, read_guests
from palabre.mail import clean_line
from palabre.model import Role

SAM, KIM = Guest("sam@example.org", "Sam"), Guest("kim@example.org", "Kim")


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("sam@example.org", [Guest("sam@example.org")]),
        ("  Sam@Example.ORG  ", [Guest("sam@example.org")]),
        ("Sam <sam@example.org>", [SAM]),
        ('"Doe, Sam" <sam@example.org>', [Guest("sam@example.org", "Doe, Sam")]),
        ("Sam <sam@example.org>, Kim <kim@example.org>", [SAM, KIM]),
        ("Sam <sam@example.org>; Kim <kim@example.org>;", [SAM, KIM]),
        (
            "sam@example.org; kim@example.org\nlea@example.org",
            [Guest(f"{n}@example.org") for n in ("sam", "kim", "lea")],
        ),
        ("Sam,sam@example.org,presenter", [Guest("sam@example.org", "Sam", Role.PRESENTER)]),
        ("sam@example.org, animateur", [Guest("sam@example.org", "", Role.PRESENTER)]),
        ("Sam\tsam@example.org", [SAM]),
        ("name,email,role\nSam,sam@example.org,\nKim,kim@example.org,guest", [SAM, KIM]),
        (
            "\ufeffNom;Adresse e-mail;Rôle\r\nSam;sam@example.org;Animateur\r\n",
            [Guest("sam@example.org", "Sam", Role.PRESENTER)],
        ),
        (
            'email,phone,name\nsam@example.org,+33 1,"Sam ""the"" Doe"',
            [Guest("sam@example.org", 'Sam "the" Doe')],
        ),
        ('name,email\n"Sam\nDoe",sam@example.org', [Guest("sam@example.org", "Sam Doe")]),
        ("\n\n  \n", []),
    ],
)
def test_what_is_written_is_understood(text: str, guests: list[Guest]):
    read = read_guests(text)
    assert read.guests == tuple(guests)
    assert not read.problems


@pytest.mark.parametrize(
    "text",
    [
        "name,email,language,time zone\nSam,sam@example.org,fr,America/New_York",
        "Nom;Courriel;Langue;Fuseau horaire\nSam;sam@example.org;Français;america/new_york",
        "email\tTime Zone\tname\tLanguage\nsam@example.org\tNew York\tSam\tFrench",
    ],
)
def test_a_table_says_where_somebody_is_and_what_they_read(text: str):
    assert read_guests(text).guests == (
        Guest("sam@example.org", "Sam", Role.GUEST, language="fr", time_zone="America/New_York"),
    )


def test_one_bad_line_among_forty_is_marked_and_the_rest_kept():
    lines = [f"guest{number}@example.org" for number in range(40)]
    lines[17] = "guest17@example"
    read = read_guests("\n".join(lines))
    assert len(read.guests) == 39
    assert read.problems == ((18, "guest17@example", "guest17@example is not an e-mail address."),)


@pytest.mark.parametrize(
    "typed",
    [
        "kim@example.org",
        "Kim <kim@example.org>",
        "Kim <kim@example.org>, presenter",
        "kim@example.org; lou@example.org",
    ],
)
def test_who_is_typed_below_a_table_is_read_as_anywhere_else(typed: str):
    table = "name,email,role,language,time zone\nSam,sam@example.org,guest,,\n"
    read = read_guests(table + typed)
    assert read.guests == (SAM, *read_guests(typed).guests)
    assert not read.problems


def test_a_row_of_a_table_without_an_address_is_nobody_whatever_its_other_cells_hold():
    read = read_guests("name,email,comment\nKim,,ask lou@example.org")
    assert (read.guests, len(read.problems)) == ((), 1)


@pytest.mark.parametrize(
    "texts",
    [
        ("Sam <sam@example.org>", "Kim <kim@example.org>"),
        (guests_as_text([SAM]), "Kim <kim@example.org>"),
        (guests_as_text([SAM]), "Nom;E-mail;Rôle\nKim;kim@example.org;invitée\n"),
        ("Sam <sam@example.org>", "E-mail;Nom\nkim@example.org;Kim\n", ""),
        (guests_as_text([SAM, KIM]), "kim@example.org"),
        ("", guests_as_text([SAM, KIM])),
    ],
)
def test_lists_are_joined_whatever_their_titles(texts: tuple[str, ...]):
    read = read_guests(join_lists(*texts))
    assert read.guests == (SAM, KIM)
    assert not read.problems


def test_what_cannot_be_read_stays_in_a_joined_list():
    file = "E-mail;Rôle;Nom\nkim@example.org;cheffe;Kim\nlou@example.org;;Lou"
    joined = join_lists("Sam <sam@example.org>, nonsense, bob@", file)
    read = read_guests(joined)
    assert [guest.email for guest in read.guests] == ["sam@example.org", "lou@example.org"]
    shown = [shown for _line, shown, _said in read.problems]
    assert shown == ["bob@", "nonsense", "Kim,kim@example.org,cheffe,,"]
    corrected = joined.replace("cheffe", "presenter").replace("bob@", "bob@example.org")
    assert read_guests(corrected).guests[2:] == (
        Guest("bob@example.org"),
        Guest("kim@example.org", "Kim", Role.PRESENTER),
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Sam", 1, "There is no e-mail address here."),
        ("sam@example.org\nSam <sam@example.org>", 2, "sam@example.org is on line 1 already."),
        ("name,email,role\nSam,sam@example.org,boss", 2, "“boss” is no role: write presenter or guest."),
        (
            "email,time zone\nsam@example.org,Paris\nkim@example.org,Atlantis",
            3,
            "“Atlantis” is no time zone: write it as Europe/Paris.",
        ),
        (
            "email,language\nsam@example.org,Klingon",
            2,
            "Mails cannot be written in “Klingon”: write English or French.",
        ),
        ('name,email\n"Two\nlines",sam@example.org\nKim,kim', 4, "kim is not an e-mail address."),
        ("sam@example.org; somebody; kim@example.org", 1, "There is no e-mail address in “somebody”."),
        ("sam@exa mple.org", 1, "sam@exa mple.org is not an e-mail address."),
        ("a@b.example\x00c", 1, "a@b.examplec is not an e-mail address."),
    ],
)
def test_each_problem_names_its_line(text: str, line: int, said: str):
    assert (line, said) in [(number, told) for number, _shown, told in read_guests(text).problems]


def test_a_quotation_mark_that_nobody_closed_spoils_no_other_line():
    read = read_guests('name,email\n"Sam,sam@example.org\n' + "Kim,kim@example.org\n" * 1 + "\n" * 30)
    assert read.guests == (SAM, KIM)


def test_a_first_line_without_end_is_a_line_that_cannot_be_read():
    read = read_guests("a" * 200_000 + "\nKim <kim@example.org>")
    assert [guest.email for guest in read.guests] == ["kim@example.org"]
    assert [number for number, _shown, _said in read.problems] == [1]


_names = some.text(max_size=60).map(clean_line)
_emails = some.from_regex(
    r"[a-z][a-z0-9]{0,8}(\.[a-z0-9]{1,5})?@[a-z][a-z0-9]{0,8}\.(org|example)", fullmatch=True
)


@settings(max_examples=200, deadline=None)
@given(
    some.lists(
        some.builds(
            Guest,
            _emails,
            _names,
            some.sampled_from(Role),
            some.sampled_from((None, "en", "fr")),
            some.sampled_from((None, "Europe/Paris", "America/New_York", "UTC")),
        ),
        max_size=8,
        unique_by=lambda one: one.email,
    )
)
def test_a_list_that_was_written_is_read_again(guests: list[Guest]):
    read = read_guests(guests_as_text(guests))
    assert read.guests == tuple(guests)
    assert not read.problems


@settings(max_examples=200, deadline=None)
@given(some.text(max_size=300))
def test_whatever_is_pasted_is_answered(text: str):
    read = read_guests(text)
    assert all(number >= 1 and said for number, _shown, said in read.problems)
