"""Files that are hard to read, and words that are hard to carry."""

from __future__ import annotations

import re

import pytest
from organiser import Organiser

from palabre.accounts import export_account
from palabre.model import Account
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import make_account

KIM = "kim@example.org"


@pytest.fixture
def lea(application, tenant):
    return Organiser(create_web(application), make_account(application, email="lea@example.org", name="Léa"))


def add(one, **fields):
    assert one.send("/contacts/add", form="/contacts/add", **fields).status_code == 303


def preview(one, text):
    return one.send("/contacts/import/preview", form="/contacts/import", text=text)


@pytest.mark.parametrize(
    "text",
    [
        f'name,email\n"Kim,{KIM}\n',
        f"name,email\n{'x' * 140_000},{KIM}\n",
        "BEGIN:VCARD\nEND:VCARD\n",
        "BEGIN:VCARD\nFN\n:\nEMAIL\nTEL:\n",
        "BEGIN:VCARD\nN:\nN:;\nCATEGORIES:,,\nTEL:tel:\nEND:VCARD",
        "\ufeff\ufeff",
        ",,,\n;;;\n",
        "email\n" + "+" * 1000,
    ],
    ids=["quote", "long-cell", "empty-card", "broken-card", "empty-values", "marks", "commas", "plus"],
)
def test_no_file_breaks_the_preview(lea, text):
    assert preview(lea, text).status_code in (200, 422)


def test_lines_that_end_as_on_old_computers_are_read(lea):
    assert "2 people are new" in preview(lea, f"name,email\rKim,{KIM}\rNoah,noah@example.org\r").text


def test_the_preview_says_what_it_leaves_out(lea):
    table = f"Name,E-mail 1 - Value,E-mail 2 - Value\nKim,{KIM},k.lee@work.example\nSam,sam@example.org,\n"
    page = preview(lea, table).text
    assert "for 1 person further ones are left out" in page
    assert page.count("Left out: k.lee@work.example") == 1


def test_a_paste_that_is_too_large_is_refused_with_a_sentence(lea):
    answer = preview(lea, "name,email\n" + f"{'Kim' * 1000},{KIM}\n" * 800)
    assert answer.status_code == 422
    assert "2 megabytes" in answer.text


def test_thousands_are_imported_at_once(lea):
    text = "name,email\n" + "".join(f"Kim {number},kim{number}@example.org\n" for number in range(3000))
    assert lea.send("/contacts/import", form="/contacts/import", text=text).status_code == 303
    assert "3000 people are new" in lea.get("/contacts").text


@pytest.mark.parametrize("kind", ["csv", "vcf"])
@pytest.mark.parametrize(
    "fields",
    [
        {"notes": "first\u2028second"},
        {"notes": "first\nBEGIN:VCARD\nlast"},
        {"notes": "back\\slash\\nno line"},
        {"labels": "a:::b"},
        {"labels": "*starred,z"},
        {"labels": "back\\,z"},
        {"name": "'=1+1"},
    ],
    ids="-".join,
)
def test_what_other_files_use_as_signs_comes_back(lea, kind, fields):
    add(lea, **{"name": "Kim", "email": KIM, **fields})
    exported = lea.get(f"/contacts/export.{kind}").get_data().decode("utf-8-sig")
    page = preview(lea, exported).text
    assert "0 people are new" in page
    assert "is changed" not in page


def test_ones_data_holds_nobody_who_was_taken_off(application, lea):
    add(lea, name="Kim", email=KIM)
    path = re.search(r'href="(/contacts/\w+)">Kim<', lea.get("/contacts").text)[1]
    assert lea.send(f"{path}/remove", form=path).status_code == 303
    with application.db.reading() as session:
        account = session.get_one(Account, lea.account.id)
        assert KIM not in str(export_account(session, account, now=application.clock.now()))
