"""The page of a meeting, changing and cancelling it, and who was there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from organiser import PLAN, Organiser, problems
from sqlalchemy import select

from palabre.model import Invitee, Mail, Meeting, MeetingState, Occurrence
from palabre.tenants import tenant_scope
from palabre.testing.room import make_tenant
from palabre_webui.testing.accounts import make_account


def meeting_of(application, path):
    with application.db.reading() as session:
        return session.scalars(select(Meeting).where(Meeting.public_id == path.rpartition("/")[2])).one()


def test_starting_now_opens_a_meeting_that_has_a_link_to_give_away(application, web, lea):
    path = lea.send("/meetings/start-now", form="/meetings").headers["Location"]
    assert meeting_of(application, path).state is MeetingState.LIVE
    page = lea.get(path).text
    assert "Live, 0 present" in page
    link = re.search(r'id="public-link" value="http://localhost(/join/[^"]+)"', page)[1]
    assert web.app.test_client().get(link).status_code == 200
    assert path in lea.get("/meetings?view=live").text


def test_the_organiser_enters_as_a_presenter(lea):
    path = lea.plan()
    link = lea.get(f"{path}/enter").headers["Location"]
    assert link == lea.get(f"{path}/enter").headers["Location"]
    room = lea.get(link).text
    assert re.search(r'"me": ?{"name": ?"L\\u00e9a Martin", ?"role": ?"presenter"}', room)


def test_the_organiser_gets_the_meeting_for_a_calendar(lea):
    path = lea.plan(repeat="weekly", repeat_end="count", repeat_count="3")
    file = lea.browser.get(f"{path}/calendar.ics", follow_redirects=True)
    assert file.mimetype == "text/calendar"
    text = file.get_data(as_text=True)
    assert "SUMMARY;LANGUAGE=en:Budget review" in text
    assert "RRULE:FREQ=WEEKLY;COUNT=3" in text


@pytest.mark.parametrize("state", [MeetingState.CANCELLED, MeetingState.ENDED])
def test_nobody_gets_a_meeting_for_a_calendar_that_does_not_take_place(application, lea, state):
    path = lea.plan()
    link = lea.get(f"{path}/enter").headers["Location"]
    assert lea.get(f"{link}/calendar.ics").mimetype == "text/calendar"
    with application.db.transaction() as session:
        session.scalars(select(Meeting)).one().state = state
    answer, door = lea.get(f"{link}/calendar.ics"), lea.get(link)
    assert answer.status_code == door.status_code == 410
    said = {MeetingState.CANCELLED: "This meeting was cancelled", MeetingState.ENDED: "This meeting is over"}
    assert said[state] in answer.text
    assert said[state] in door.text


def test_starting_and_stopping(application, clock, lea):
    path = lea.plan(is_public="on", start="2026-01-31T12:00", zone="UTC")
    clock.advance(hours=2, minutes=45)
    lea.send(f"{path}/start", form=path)
    assert meeting_of(application, path).state is MeetingState.LIVE
    assert "Stop this meeting" in lea.get(f"{path}/now").text
    lea.send(f"{path}/stop", form=path)
    assert meeting_of(application, path).state is MeetingState.ENDED
    assert path in lea.get("/meetings?view=past").text


def test_what_is_stopped_long_before_its_start_stays_planned(application, lea):
    path = lea.plan()
    lea.send(f"{path}/start", form=path)
    answer = lea.send(f"{path}/stop", form=path)
    assert meeting_of(application, path).state is MeetingState.PLANNED
    assert "stays planned" in lea.get(answer.headers["Location"]).text


def test_a_change_that_matters_is_asked_about_before_it_is_mailed(application, lea):
    path = lea.plan(guests="kim@example.org")
    fields = {**PLAN, "guests": "kim@example.org", "start": "2027-03-02T15:00", "edit": "0"}
    asked = lea.send(f"{path}/edit", form=f"{path}/edit", **fields)
    assert asked.status_code == 200
    assert "Tell the guests?" in asked.text
    assert "Tuesday, 2 March 2027 at 15:00" in asked.text
    assert meeting_of(application, path).starts_at.day == 1
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    done = lea.browser.post(f"{path}/edit", data={**hidden, "tell": "yes"})
    assert done.headers["Location"] == path
    meeting = meeting_of(application, path)
    assert (meeting.starts_at.day, meeting.revision) == (2, 1)


def test_a_change_that_matters_to_nobody_is_kept_at_once(application, lea):
    path = lea.plan(guests="kim@example.org")
    fields = {**PLAN, "guests": "kim@example.org", "wait_for_presenter": "on", "edit": "0"}
    assert lea.send(f"{path}/edit", form=f"{path}/edit", **fields).headers["Location"] == path
    meeting = meeting_of(application, path)
    assert meeting.wait_for_presenter
    assert meeting.revision == 0


def test_the_second_of_two_editors_is_told_and_shown_the_difference(application, lea):
    path = lea.plan()
    form = f"{path}/edit"
    first = lea.send(form, form=form, **{**PLAN, "name": "Their name", "edit": "0"})
    assert first.status_code == 303
    second = lea.send(form, form=form, **{**PLAN, "name": "My name", "edit": "0"})
    assert second.status_code == 409
    assert "Their name" in second.text
    assert "My name" in second.text
    assert meeting_of(application, path).name == "Their name"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', second.text))
    assert lea.browser.post(form, data=hidden).status_code == 303
    assert meeting_of(application, path).name == "My name"


def test_an_edit_that_cannot_be_kept_comes_back(application, lea):
    path = lea.plan()
    answer = lea.send(f"{path}/edit", form=f"{path}/edit", **{**PLAN, "name": "", "edit": "0"})
    assert answer.status_code == 422
    assert set(problems(answer)) == {"name"}
    assert meeting_of(application, path).name == "Budget review"


def test_cancelling_asks_first_and_then_the_links_say_so(application, web, lea):
    path = lea.plan(is_public="on", guests="kim@example.org")
    link = re.search(r'value="http://localhost(/join/[^"]+)"', lea.get(path).text)[1]
    assert "Tell 1 person by mail" in lea.get(f"{path}/cancel").text
    lea.send(f"{path}/cancel", form=f"{path}/cancel", tell="on")
    assert meeting_of(application, path).state is MeetingState.CANCELLED
    answer = web.app.test_client().get(link)
    assert answer.status_code == 410
    assert "cancelled" in answer.text
    assert "Cancelled" in lea.get(path).text
    for again in ("edit", "cancel"):
        assert lea.get(f"{path}/{again}").status_code in (403, 409, 410)


def test_one_time_of_a_series_is_moved_and_another_cancelled(application, lea):
    path = lea.plan(repeat="weekly", repeat_end="count", repeat_count="3")
    times = re.findall(r'href="(/meetings/\w+/times/\w+)"', lea.get(path).text)
    assert 'value="2027-03-08T14:00"' in lea.get(times[1]).text
    lea.send(times[1], form=times[1], start="2027-03-09T16:00", duration_min="30")
    lea.send(f"{times[2]}/cancel", form=f"{times[2]}/cancel")
    with application.db.reading() as session:
        rows = session.scalars(select(Occurrence).order_by(Occurrence.recurrence_id)).all()
    assert [(one.starts_at.day, one.duration_min, one.state.value) for one in rows] == [
        (1, 60, "planned"),
        (9, 30, "planned"),
        (15, 60, "cancelled"),
    ]
    page = lea.get(path).text
    assert "Moved" in page
    assert "Cancelled" in page


def test_one_of_two_times_that_the_clocks_show_is_kept_and_can_be_chosen(application, lea):
    path = lea.plan(
        start="2027-10-30T02:30", zone="Europe/Paris", repeat="daily", repeat_end="count", repeat_count="3"
    )
    time = re.findall(r'href="(/meetings/\w+/times/\w+)"', lea.get(path).text)[1]

    def now():
        with application.db.reading() as session:
            one = session.scalars(select(Occurrence).order_by(Occurrence.recurrence_id)).all()[1]
            return one.starts_at.isoformat(), one.duration_min

    def sent(**fields):
        return lea.send(time, form=time, **{"start": "2027-10-31T02:30", "duration_min": "60", **fields})

    assert sent(fold="1").status_code == 303
    assert now() == ("2027-10-31T01:30:00+00:00", 60)
    page = lea.get(time).text
    assert '<option value="1" selected>the second time, 01:30 UTC</option>' in page
    assert sent(fold="1", duration_min="30").status_code == 303
    assert now() == ("2027-10-31T01:30:00+00:00", 30)
    asked = sent()
    assert (asked.status_code, set(problems(asked))) == (422, {"fold"})
    assert "comes twice in Paris" in asked.text


def test_a_time_cannot_be_moved_into_the_past(lea):
    path = lea.plan(repeat="weekly", repeat_end="count", repeat_count="3")
    time = re.search(r'href="(/meetings/\w+/times/\w+)"', lea.get(path).text)[1]
    for typed in ("2020-01-01T10:00", "never"):
        answer = lea.send(time, form=time, start=typed, duration_min="60")
        assert answer.status_code == 422
        assert "start" in problems(answer)


def test_an_invitation_is_sent_again_to_one_of_the_list_only(application, lea, sam):
    path = lea.plan(guests="kim@example.org")
    again = re.search(r'action="(/meetings/\w+/guests/\w+/send-again)"', lea.get(path).text)[1]
    assert lea.send(again, form=path).status_code == 303
    assert sam.send(again).status_code == 404
    other = sam.plan(guests="amelie@example.org")
    assert sam.send(f"{other}/guests/{again.split('/')[4]}/send-again").status_code == 404


def test_who_was_there_is_a_table_and_a_file(application, clock, tenant, lea):
    from palabre.testing.room import HeadlessRoom

    path = lea.send("/meetings/start-now", form="/meetings").headers["Location"]
    with tenant_scope(tenant):
        room = HeadlessRoom(application, tenant, meeting_of(application, path).id)
        kim = room.person("=Kim", role="presenter")
        clock.advance(minutes=12)
        kim.act("leave")
    page = lea.get(f"{path}/attendance").text
    assert "=Kim" in page
    assert "12 min" in page
    answer = lea.get(f"{path}/attendance.csv")
    assert answer.mimetype == "text/csv"
    rows = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert rows[1].startswith("'=Kim,Presenter,")
    assert rows[1].endswith(",720")


def test_the_list_is_searched_and_paged(application, clock, lea):
    for number in range(60):
        lea.plan(name=f"Réunion {number:02d}", start=f"2027-04-{1 + number % 28:02d}T10:00")
    page = lea.get("/meetings").text
    assert "Page 1 of 2" in page
    assert "Page 2 of 2" in lea.get("/meetings?page=2").text
    found = lea.get("/meetings?q=reunion+07").text
    assert "Réunion 07" in found
    assert "Réunion 08" not in found
    assert "No meeting has" in lea.get("/meetings?q=%3Cscript%3E").text
    assert lea.get("/meetings?page=nonsense&view=nonsense").status_code == 200


@pytest.mark.parametrize("other_tenant", [False, True])
def test_nobody_reaches_anothers_meeting_by_any_address(application, clock, web, lea, other_tenant):
    path = lea.plan(
        guests="kim@example.org", repeat="weekly", repeat_end="count", repeat_count="2", is_public="on"
    )
    with application.db.reading() as session:
        time = session.scalars(select(Occurrence.public_id)).first()
        guest = session.scalars(select(Invitee.public_id)).first()
    values = {"public_id": path.rpartition("/")[2], "time": time, "guest": guest}
    stranger = Organiser(web, make_account(application, email="x@example.org", name="X"))
    headers = {}
    if other_tenant:
        other = make_tenant(application, slug="other")
        with tenant_scope(None), application.db.transaction() as session:
            from palabre.model import Tenant

            session.get_one(Tenant, other.id).host = "other.example"
        account = make_account(application, email="lea@example.org", name="Léa", tenant=other)
        stranger.browser = web.app.test_client()
        headers = {"Host": "other.example"}
        from palabre_webui.testing.accounts import PASSWORD

        page = stranger.browser.get("/account/sign-in", headers=headers).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        stranger.browser.post(
            "/account/sign-in",
            headers=headers,
            data={"csrf_token": token, "email": account.email, "password": PASSWORD},
        )
        clock.advance(seconds=5)
    tried = set()
    page = stranger.browser.get("/account", headers=headers)
    assert page.status_code == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    for rule in web.app.url_map.iter_rules():
        if not (rule.endpoint.startswith("meetings.") and "public_id" in rule.arguments):
            continue
        address = web.app.url_map.bind("localhost").build(
            rule.endpoint, {name: values[name] for name in rule.arguments}
        )
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            data = {"csrf_token": token, **PLAN, "tell": "on"} if method == "POST" else None
            answer = stranger.browser.open(address, method=method, data=data, headers=headers)
            assert answer.status_code == 404, (rule.endpoint, method, answer.status_code)
            tried.add((rule.endpoint, method))
    assert len(tried) > 15
    assert meeting_of(application, path).state is MeetingState.PLANNED
    assert meeting_of(application, path).created_at <= clock.now() + timedelta(0)


@pytest.mark.parametrize("is_live", [False, True], ids=["planned", "live"])
def test_more_people_are_invited(application, lea, is_live):
    path = lea.plan(guests="kim@example.org", mail_on_planning="")
    if is_live:
        lea.send(f"{path}/start", form=path)
    add = f"{path}/people/add"
    assert add in lea.get(path).text
    answer = lea.send(add, form=add, guests="Kim <kim@example.org>\nSam <sam@example.org>, presenter")
    assert answer.headers["Location"] == f"{path}#guests-title"
    page = lea.get(path).text
    assert "2 people invited" in page
    assert "1 person is invited." in page
    with application.db.reading() as session:
        invited = session.scalars(select(Mail.email).where(Mail.kind == "invitation")).all()
    # nothing else would reach somebody who comes late to a meeting that was to be mailed about before
    assert invited == (["sam@example.org"] if is_live else [])


def test_a_line_that_is_nobody_comes_back_to_be_corrected(lea):
    path = lea.plan(guests="")
    add = f"{path}/people/add"
    answer = lea.send(add, form=add, guests="sam@example.org\nkim")
    assert answer.status_code == 422
    assert "sam@example.org\nkim" in answer.text
    assert "“Name &lt;address&gt;”" in answer.text
    assert "There is no e-mail address here." in answer.text
    assert "Nobody is invited" in lea.get(path).text


def test_who_is_on_the_list_stays_as_they_are(application, lea):
    path = lea.plan(guests="Kim <kim@example.org>, presenter")
    add = f"{path}/people/add"
    lea.send(add, form=add, guests="kim@example.org")
    page = lea.get(path).text
    assert "They were on the list already." in page
    assert "Kim" in page
    assert "Presenter" in page


def test_thousands_of_people_are_added_at_once_and_no_list_is_lost(application, lea):
    path = lea.plan()
    add = f"{path}/people/add"
    many = "\n".join(f"Guest {n} <guest{n}@some-company.example.org>" for n in range(2000))
    assert len(many) > 64 * 1024
    assert lea.send(add, form=add, guests=many).status_code == 303
    assert "2000 people are invited" in lea.get(path).text
    too_many = "kim@example.org\n" * 70_000
    answer = lea.send(add, form=add, guests=too_many)
    assert answer.status_code == 422
    assert "1000000 characters at most" in answer.text
    assert too_many.strip() in answer.text


def test_nobody_is_added_to_a_meeting_that_is_cancelled(lea):
    path = lea.plan()
    add = f"{path}/people/add"
    lea.send(f"{path}/cancel", form=f"{path}/cancel")
    assert lea.get(add).status_code == 404
    assert lea.send(add, form="/account", guests="sam@example.org").status_code == 410
