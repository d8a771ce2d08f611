"""The pages of contacts, as a browser without a script sees them."""

from __future__ import annotations

import io
import re

import pytest
from organiser import Organiser, problems

from palabre_webui.server import create_web
from palabre_webui.testing.accounts import csrf_token, make_account


@pytest.fixture
def web(application, tenant):
    return create_web(application)


@pytest.fixture
def lea(application, web):
    return Organiser(web, make_account(application, email="lea@example.org", name="Léa"))


@pytest.fixture
def sam(application, web):
    return Organiser(web, make_account(application, email="sam@example.org", name="Sam"))


def add(one, **fields):
    return one.send("/contacts/add", form="/contacts/add", **fields)


def path_of(one, name):
    return re.search(rf'href="(/contacts/\w+)">{name}<', one.get("/contacts").text)[1]


def test_an_empty_book_says_what_it_is_for(lea):
    assert "Nobody is in your book yet" in lea.get("/contacts").text


def test_adding_changing_removing_and_undoing(lea):
    assert add(lea, name="Kim", email="kim@example.org", labels="board, Lyon").status_code == 303
    path = path_of(lea, "Kim")
    answer = lea.send(path, form=path, name="Kim Lee", email="kim@example.org", phone="+33612345678")
    assert answer.status_code == 303
    assert "+33 6 12 34 56 78" in lea.get("/contacts").text
    removed = lea.send(f"{path}/remove", form=path)
    page = lea.get(removed.headers["Location"]).text
    assert "Kim Lee" not in page
    lea.send(re.search(r'action="(/contacts/\w+/restore)"', page)[1])
    assert "Kim Lee" in lea.get("/contacts").text


def test_what_cannot_be_kept_comes_back_with_its_reasons(lea):
    answer = add(lea, name="Kim", email="nowhere", phone="1", notes="Keep me")
    assert answer.status_code == 422
    assert set(problems(answer)) == {"email", "phone"}
    assert "Keep me" in answer.text


def test_searching_and_labels(lea):
    add(lea, name="Amélie", email="amelie@example.org", labels="Lyon")
    add(lea, name="Bob", email="bob@example.org")
    lea.get("/contacts")  # what was said about adding is read
    assert "Bob" not in lea.get("/contacts?q=amelie").text
    assert "Bob" not in lea.get("/contacts?label=Lyon").text
    assert "Nobody is found" in lea.get("/contacts?q=%3Cscript%3E").text


def test_contacts_are_offered_to_their_owner_only(lea, sam):
    add(lea, name="Amélie Noël", email="amelie@example.org")
    assert lea.get("/contacts/offer?q=noel").json == [{"name": "Amélie Noël", "email": "amelie@example.org"}]
    assert sam.get("/contacts/offer?q=noel").json == []


def test_another_persons_contact_is_not_found(lea, sam):
    add(lea, name="Kim", email="kim@example.org")
    path = path_of(lea, "Kim")
    assert sam.get(path).status_code == 404
    for deed in ("", "/remove", "/restore"):
        assert sam.send(path + deed, name="X", email="x@example.org").status_code == 404
    assert "Kim" in lea.get("/contacts").text


def test_a_guest_is_kept_by_one_click(lea):
    page = lea.plan(guests="Kim Lee <kim@example.org>")
    assert "Keep as contact" in lea.get(page).text
    fields = {"email": "kim@example.org", "name": "Kim Lee", "next": page}
    assert lea.send("/contacts/keep", form=page, **fields).headers["Location"] == page
    assert "Keep as contact" not in lea.get(page).text
    elsewhere = lea.send("/contacts/keep", form=page, **{**fields, "next": "https://evil.example"})
    assert elsewhere.headers["Location"] == "/"


def test_importing_shows_what_will_happen_and_then_does_it(lea):
    text = "name,email\nKim,kim@example.org\nBad,nowhere\n"
    shown = lea.send("/contacts/import/preview", form="/contacts/import", text=text)
    assert "1 person is new." in shown.text
    assert "1 line cannot be read" in shown.text
    assert "Kim" not in lea.get("/contacts").text
    lea.send("/contacts/import", form="/contacts/import", text=text)
    page = lea.get("/contacts").text
    assert "Kim" in page
    assert "Bad" not in page


def test_importing_a_file(lea):
    token = csrf_token(lea.browser, "/contacts/import")
    file = io.BytesIO("Nom;E-mail\nAmélie;amelie@example.org\n".encode("cp1252"))
    answer = lea.browser.post(
        "/contacts/import/preview",
        data={"csrf_token": token, "file": (file, "contacts.csv")},
        content_type="multipart/form-data",
    )
    assert "Amélie" in answer.text


def test_a_file_without_people_comes_back(lea):
    answer = lea.send("/contacts/import/preview", form="/contacts/import", text="nothing here, really\n")
    assert "cannot be read" in answer.text
    assert "Import the good ones" not in answer.text
    answer = lea.send("/contacts/import/preview", form="/contacts/import", text="")
    assert answer.status_code == 422
    assert "No people were found" in answer.text


def test_exporting(lea):
    add(lea, name="Amélie", email="amelie@example.org", phone="+33612345678")
    table = lea.get("/contacts/export.csv")
    assert table.mimetype == "text/csv"
    assert "Amélie,amelie@example.org,+33612345678" in table.get_data(as_text=True)
    assert "FN:Amélie" in lea.get("/contacts/export.vcf").get_data(as_text=True)
