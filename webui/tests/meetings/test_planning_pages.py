"""Planning by the form: what it keeps, what it refuses, what it says."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from organiser import PLAN, problems
from sqlalchemy import func, select

from palabre.model import Invitee, Meeting, MeetingDraft
from palabre_webui.site.meetings.description import safe_description
from palabre_webui.testing.accounts import csrf_token


def stored(application, what=Meeting):
    with application.db.reading() as session:
        return session.scalars(select(what).order_by(what.id)).all()


def test_what_is_planned_has_a_page_of_its_own_and_is_in_the_list(lea):
    path = lea.plan(guests="Kim Lee <kim@example.org>, presenter\namelie@example.org")
    page = lea.get(path).text
    for words in (
        "Budget review",
        "Monday, 1 March 2027",
        "Kim Lee",
        "amelie@example.org",
        "2 people invited",
    ):
        assert words in page
    assert path in lea.get("/meetings").text


def test_a_double_click_plans_once(application, lea):
    paths = {lea.plan(draft="twicetwicetwice") for _click in range(2)}
    assert len(paths) == 1
    assert len(stored(application)) == 1


def test_another_plan_from_a_form_that_was_planned_is_not_lost(application, lea):
    other = {**PLAN, "draft": "twicetwicetwice", "name": "Choir", "guests": "kim@example.org"}
    lea.plan(draft="twicetwicetwice")
    answer = lea.send("/meetings/plan", form="/meetings/plan", **other)
    assert answer.status_code == 409
    assert "was planned with this form before" in answer.text
    assert "kim@example.org" in answer.text
    [draft] = re.findall(r'name="draft" value="([^"]+)"', answer.text)
    assert draft != "twicetwicetwice"
    lea.plan(**{**other, "draft": draft})
    assert [meeting.name for meeting in stored(application)] == ["Budget review", "Choir"]


def test_a_draft_that_is_gone_begins_another(lea):
    lea.plan(draft="draftdraftdraft")
    page = lea.get("/meetings/plan?draft=draftdraftdraft").text
    assert 'name="draft" value="' in page
    assert "draftdraftdraft" not in page


def test_a_form_that_cannot_be_planned_comes_back_with_everything_that_was_typed(application, lea):
    answer = lea.send(
        "/meetings/plan",
        form="/meetings/plan",
        **{**PLAN, "name": " ", "start": "", "description": "Kept words", "guests": "kim@example.org"},
    )
    assert answer.status_code == 422
    assert set(problems(answer)) == {"name", "start"}
    assert "Kept words" in answer.text
    assert "kim@example.org" in answer.text
    assert stored(application) == []


@pytest.mark.parametrize(
    ("field", "typed", "named"),
    [
        ("start", "2020-01-01T10:00", "start"),
        ("start", "tomorrow", "start"),
        ("zone", "Mars/Base", "zone"),
        ("duration_min", "0", "duration_min"),
        ("duration_min", "99999", "duration_min"),
        ("room_class", "XXL", "room_class"),
        ("mail_before_other", "5, 300", "mail_before_min"),
        ("mail_before_other", "soon", "mail_before_min"),
        ("kind", "opera", "kind"),
        ("name", "x" * 300, "name"),
    ],
)
def test_a_bad_field_is_named(application, lea, field, typed, named):
    answer = lea.send("/meetings/plan", form="/meetings/plan", **{**PLAN, field: typed})
    assert answer.status_code == 422
    assert named in problems(answer)
    assert stored(application) == []


_WEEKLY = {"repeat": "weekly", "repeat_end": "until"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"start": "1969-06-01T10:00"}, "start"),
        ({"start": "0001-01-01T00:00"}, "start"),
        ({"start": "2300-01-01T00:00"}, "start"),
        ({"start": "9999-12-31T23:59"}, "start"),
        ({**_WEEKLY, "start": "2199-12-31T10:00", "repeat_until": "2202-01-01"}, "start"),
        ({**_WEEKLY, "start": "9999-12-31T10:00", "repeat_until": "9999-12-31"}, "start"),
        ({**_WEEKLY, "repeat_until": "2027-02-01"}, "repeat_until"),
        ({**_WEEKLY, "repeat_until": "9999-12-31"}, "repeat_until"),
        ({"guests": "a" * 200_000}, "guests"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_no_date_and_no_list_is_too_wrong_to_be_told_in_the_form(application, lea, fields, named):
    typed = {**PLAN, "words": "Kept words", **fields}
    answer = lea.send("/meetings/plan", form="/meetings/plan", **typed)
    assert answer.status_code == 422
    assert set(problems(answer)) == {named}
    assert "Kept words" in answer.text
    assert stored(application) == []
    assert lea.send("/meetings/drafts/draftdraftdraft", **typed).status_code == 200
    assert "Kept words" in lea.get("/meetings/plan?draft=draftdraftdraft").text


def test_the_weekdays_are_named_where_they_are_chosen(lea):
    fields = {**PLAN, "repeat": "weekly", "repeat_end": "count", "repeat_count": "3", "repeat_weekdays": "4"}
    answer = lea.send("/meetings/plan", form="/meetings/plan", **fields)
    assert answer.status_code == 422
    assert "weekday" in problems(answer)["repeat_weekdays"]
    assert 'id="repeat_weekdays"' in answer.text
    assert 'id="repeat_weekdays-problem"' in answer.text


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("1", "1 minute before the start"),
        ("15", "15 minutes before the start"),
        ("5, 1", "5 and 1 minutes before the start"),
    ],
)
def test_reminders_are_told_in_the_right_number(lea, before, said):
    fields = {**PLAN, "guests": "kim@example.org", "mail_before_other": before}
    assert f": now and {said}" in lea.send("/meetings/drafts/draftdraftdraft", **fields).text.replace(",", "")


def test_one_bad_address_among_forty_is_marked_and_the_others_are_kept(application, lea):
    good = [f"guest{number}@example.org" for number in range(39)]
    typed = "\n".join([*good[:20], "no address", *good[20:]])
    answer = lea.send("/meetings/plan", form="/meetings/plan", **{**PLAN, "guests": typed})
    assert answer.status_code == 422
    assert "Line 21" in answer.text
    assert all(address in answer.text for address in good)
    assert stored(application) == []


def test_five_thousand_guests_are_planned(application, lea):
    path = lea.plan(guests="\n".join(f"Guest {number} <guest{number}@example.org>" for number in range(5000)))
    with application.db.reading() as session:
        assert session.scalar(select(func.count(Invitee.id))) == 5000
    assert "Page 1 of 100" in lea.get(path).text


def test_guests_may_come_as_a_file(application, lea):
    token = csrf_token(lea.browser, "/meetings/plan")
    file = "\ufeffNom;E-mail;Rôle\nAmélie Noël;amelie@example.org;animatrice\n".encode()
    fields = {**PLAN, "csrf_token": token, "guests": "", "guests_file": (io.BytesIO(file), "guests.csv")}
    answer = lea.browser.post("/meetings/plan", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 303, problems(answer)
    [invitee] = stored(application, Invitee)
    assert (invitee.name, invitee.email, invitee.role.value) == (
        "Amélie Noël",
        "amelie@example.org",
        "presenter",
    )


def test_who_is_typed_last_and_a_file_come_to_a_list_with_titles(application, lea):
    token = csrf_token(lea.browser, "/meetings/plan")
    fields = {
        **PLAN,
        "csrf_token": token,
        "guests": "name,email,role,language,time zone\nSam,sam@example.org,guest,,\n",
        "guests_more": "Lou <lou@example.org>, kim@example.org",
    }

    def send(**more):
        file = io.BytesIO("Nom;E-mail;Rôle\nAmélie Noël;amelie@example.org;animatrice\n".encode("cp1252"))
        return lea.browser.post(
            "/meetings/plan",
            data={**fields, "guests_file": (file, "guests.csv"), **more},
            content_type="multipart/form-data",
        )

    refused = send(guests_more="Lou <lou@example.org>, kim@nowhere")
    assert set(problems(refused)) == {"guests"}
    assert all(
        one in refused.text for one in ("sam@", "lou@", "amelie@", '<code dir="auto">kim@nowhere</code>')
    )
    assert send().status_code == 303
    assert [one.email.partition("@")[0] for one in stored(application, Invitee)] == [
        "sam",
        "lou",
        "kim",
        "amelie",
    ]


def test_the_local_time_of_guests_elsewhere_is_told(lea):
    fields = PLAN | {"guests": "name,email,time zone\nSam,sam@example.org,America/New_York"}
    told = lea.send("/meetings/drafts/0123456789", form="/meetings/plan", **fields).text
    assert "For guests elsewhere: 08:00 in New York (UTC−5)." in told
    assert "08:00 in New York (UTC−5)" in lea.get(lea.plan(**fields)).text


def test_where_a_guest_is_can_be_said_and_taken_back(application, lea):
    path = lea.plan(guests="email,time zone,language\nsam@example.org,Asia/Tokyo,fr")
    form = lea.get(f"{path}/edit").text
    assert "sam@example.org,guest,fr,Asia/Tokyo" in form
    edited = {**PLAN, "guests": "sam@example.org", "edit": re.search(r'name="edit" value="(\d+)"', form)[1]}
    assert lea.send(f"{path}/edit", form=f"{path}/edit", **edited).status_code == 303
    (sam,) = stored(application, Invitee)
    assert (sam.language, sam.time_zone) == (None, None)


def test_a_list_that_says_nothing_of_places_says_none_to_the_script(lea):
    fields = {"guests": "sam@example.org\nkim@example.org"}
    answer = lea.send("/meetings/guests/read", form="/meetings/plan", **fields)
    assert all(one.keys() == {"email", "name", "role"} for one in answer.json["guests"])


def test_a_form_that_is_too_long_is_refused_in_words(lea):
    answer = lea.send("/meetings/plan", form="/meetings/plan", **{**PLAN, "guests": "x" * 5_000_000})
    assert answer.status_code == 413
    assert "That was too much at once" in answer.text


def test_texts_that_are_too_long_come_back_whole(lea):
    guests, description = "kim@example.org\n" * 70_000, "x" * 20_001
    answer = lea.send("/meetings/plan", form="/meetings/plan", **{**PLAN, "guests": guests})
    assert answer.status_code == 422
    assert "1000000 characters at most" in problems(answer)["guests"]
    assert guests.strip() in answer.text
    assert lea.send("/meetings/guests/read", guests=guests).json["problems"]
    answer = lea.send("/meetings/plan", form="/meetings/plan", **{**PLAN, "description": description})
    assert "20000 characters at most" in problems(answer)["description"]
    assert description in answer.text


def test_what_is_typed_is_kept_as_a_draft_and_told_in_words(application, lea):
    answer = lea.send(
        "/meetings/drafts/draftdraftdraft", **{**PLAN, "name": "Half an idea", "guests": "kim@example.org"}
    )
    assert "1 guest, Monday, 1 March 2027 at 14:00." in answer.text
    assert "13:00 in UTC, where you are." in answer.text
    [draft] = stored(application, MeetingDraft)
    assert draft.public_id == "draftdraftdraft"
    assert "Half an idea" in lea.get("/meetings").text
    assert 'value="Half an idea"' in lea.get("/meetings/plan?draft=draftdraftdraft").text
    lea.plan(draft="draftdraftdraft")
    assert stored(application, MeetingDraft) == []


def test_a_draft_can_be_discarded_and_is_nobody_elses(application, lea, sam):
    lea.send("/meetings/drafts/draftdraftdraft", **{**PLAN, "name": "Secret"})
    assert "Secret" not in sam.get("/meetings/plan?draft=draftdraftdraft").text
    sam.send("/meetings/drafts/draftdraftdraft", **{**PLAN, "name": "Mine now"})
    sam.send("/meetings/drafts/draftdraftdraft/drop")
    assert stored(application, MeetingDraft)[0].form["name"] == "Secret"
    lea.send("/meetings/drafts/draftdraftdraft/drop")
    assert stored(application, MeetingDraft) == []


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2027-03-28T02:30", "02:30 does not exist in Paris"),
        ("2027-10-31T02:30", "02:30 comes twice in Paris"),
    ],
)
def test_clock_changes_are_explained(lea, start, said):
    assert said in lea.send("/meetings/drafts/draftdraftdraft", **{**PLAN, "start": start}).text


def test_the_second_of_two_times_can_be_chosen(application, lea):
    lea.plan(start="2027-10-31T02:30", fold="1")
    assert stored(application)[0].starts_at.isoformat() == "2027-10-31T01:30:00+00:00"


def test_a_repeated_meeting_lists_each_time(lea):
    path = lea.plan(repeat="weekly", repeat_weekdays=["0", "3"], repeat_end="count", repeat_count="4")
    page = lea.get(path).text
    assert "Each time" in page
    assert page.count("/times/") == 4
    assert "every week on Monday and Thursday" in lea.get("/meetings").text


def test_a_public_meeting_shows_its_link_and_the_old_one_dies_when_it_is_renewed(web, lea):
    path = lea.plan(is_public="on")

    def link():
        return re.search(r'id="public-link" value="http://localhost(/join/[^"]+)"', lea.get(path).text)[1]

    first = link()
    assert web.app.test_client().get(first).status_code == 200
    lea.send(f"{path}/public-link/renew", form=path)
    assert link() != first
    assert web.app.test_client().get(first).status_code == 410
    assert web.app.test_client().get(link()).status_code == 200


def test_a_copy_keeps_everything_but_the_start(lea):
    path = lea.plan(guests="kim@example.org", description="Bring numbers", mail_before_min="15")
    page = lea.get(f"{path}/copy").text
    assert "Bring numbers" in page
    assert "kim@example.org" in page
    assert 'id="before-15" name="mail_before_min" value="15" checked' in page
    assert 'name="start" type="datetime-local" value=""' in page


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("two\nlines", "two<br>lines"),
        ("a <foo> b & c", "a &lt;foo&gt; b &amp; c"),
        ("<b>bold</b>\nnext", "<b>bold</b><br>next"),
        ("<p>one</p>\n<p>two</p>", "<p>one</p>\n<p>two</p>"),
        ("<b onclick=alert(1)>x</b><script>alert(1)</script>", "<b>x</b>"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener nofollow">x</a>'),
        ("<b>x</b><img src=x onerror=alert(1)><style>*{}</style>", "<b>x</b>"),
        ("<b>x</b> <lea@example.org> <laptop>", "<b>x</b> &lt;lea@example.org&gt; &lt;laptop&gt;"),
        (
            "see https://example.org/a?b=c.",
            'see <a href="https://example.org/a?b=c" rel="noopener nofollow">https://example.org/a?b=c</a>.',
        ),
    ],
)
def test_a_description_harms_nobody_and_keeps_its_words(written, shown):
    assert str(safe_description(written)) == shown


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ('a "https://example.org/?b=1&c=2", b', "https://example.org/?b=1&c=2"),
        ("<https://example.org>", "https://example.org"),
        ("'https://example.org/b'.", "https://example.org/b"),
        ("« https://example.org/é »", "https://example.org/é"),
        ("(https://example.org)!", "https://example.org"),
    ],
)
def test_an_address_in_a_description_ends_where_its_writer_ended_it(written, address):
    shown = str(safe_description(written))
    assert re.findall(r'href="([^"]*)"', shown) == [address.replace("&", "&amp;")]
    assert unescape(re.sub(r"</?a\b[^>]*>", "", shown)) == written
