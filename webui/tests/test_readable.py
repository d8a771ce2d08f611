"""Signs that no text holds are refused in words, on both databases."""

from __future__ import annotations

import io

import pytest
from flask import Blueprint, request
from organiser import Organiser
from sqlalchemy import select

from palabre.model import Contact
from palabre.toolkit import Feature, hookimpl
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import csrf_token, make_account
from palabre_webui.toolkit import called_by_machines, permission


@pytest.fixture
def database_url(either_database_url):
    return either_database_url


class Till:
    """A plugin that another service calls."""

    palabre_name = "till"

    @hookimpl
    def feature(self):
        return Feature(name="till", title="Till", description="Is told what was paid.", api_version=1)

    @hookimpl
    def blueprints(self):
        pages = Blueprint("till", __name__)

        @pages.post("/paid")
        @permission("public")
        @called_by_machines
        def paid():
            return request.get_data(cache=False)

        return [pages]


@pytest.fixture
def plugins():
    return [Till()]


@pytest.fixture
def lea(application, tenant):
    return Organiser(create_web(application), make_account(application, email="lea@example.org", name="Léa"))


@pytest.mark.parametrize(
    "address",
    [
        "/join/a%00b",
        "/join/a%00b.c/calendar.ics",
        "/meetings/%00",
        "/meetings?q=%00",
        "/contacts?q=a%00",
        "/contacts?label=%00&page=2",
        "/contacts/offer?q=x&q=%00",
        "/help?%00=x",
        "/help?q=%00",
        "/nowhere/%00",
        "/healthz?x=%00",
    ],
)
def test_an_address_with_a_nul_is_refused_in_words(lea, address):
    answer = lea.get(address)
    assert answer.status_code == 400
    assert "a sign in it that belongs in no text" in answer.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account/sign-in", {"email": "lea\0@example.org", "password": "x"}),
        ("/account/forgotten", {"email": "\0"}),
        ("/account/settings", {"name": "L\0"}),
        ("/contacts/add", {"name": "Kim", "email": "kim@example.org", "no\0te": "x"}),
        ("/meetings/drafts/draftdraft", {"name": "Budget\0"}),
        ("/join", {"code": "\0"}),
    ],
)
def test_a_form_with_a_nul_is_refused_in_words(lea, path, fields):
    answer = lea.send(path, **fields)
    assert answer.status_code == 400
    assert "a sign in it that belongs in no text" in answer.text


def test_a_file_with_a_nul_is_read_all_the_same(application, lea):
    sent = {
        "csrf_token": csrf_token(lea.browser, "/contacts/import"),
        "file": (io.BytesIO(b"name,email\nKim\0,kim@example.org\n"), "people.csv"),
    }
    answer = lea.browser.post("/contacts/import/preview", data=sent)
    assert answer.status_code == 200
    assert "1 person is new" in answer.text
    with application.db.reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_what_another_service_sends_reaches_its_view_byte_for_byte(lea):
    content_type = "application/x-www-form-urlencoded"
    answer = lea.browser.post("/plugins/till/paid", data=b"a=%00&b=1", content_type=content_type)
    assert (answer.status_code, answer.get_data()) == (200, b"a=%00&b=1")
