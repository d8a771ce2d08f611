"""What customers see of their credits, and that nobody sees anything of them where billing is off."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from palabre.accounts import close_account, hash_password
from palabre.calendar import LocalStart
from palabre.i18n import add_catalogue
from palabre.meetings import MeetingPlan, plan_costs
from palabre.model import TenantFeature
from palabre.toolkit import Account, Meeting, Refused, RoomClass, language_scope, tenant_scope
from palabre_billing.prices import set_prices
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import PASSWORD, client_of


@pytest.fixture
def web(application):
    add_catalogue("palabre_billing")
    return create_web(application)


@pytest.fixture
def lea(web, world, application, account):
    """The organiser's browser."""
    with tenant_scope(world.tenant), application.db.transaction() as session:
        session.get_one(Account, account.id).password_hash = hash_password(PASSWORD)
    return client_of(web, account)


def costs(application, tenant, account, **plan):
    with tenant_scope(tenant), application.db.reading() as session:
        found = plan_costs(
            session,
            plugins=application.plugins,
            organiser=account,
            plan=MeetingPlan(
                name="Budget",
                start=LocalStart(datetime.fromisoformat("2026-02-02T09:00"), "UTC"),
                **plan,
            ),
        )
    return [(one.label, one.said) for one in found]


def test_the_page_shows_balance_movements_and_prices(lea, world, give):
    give(10)
    room = world.room("M", name="Budget <review>")
    room.person("Léa", role="presenter")
    page = lea.get("/plugins/billing/").text
    assert "You have 8 credits." in page
    assert f'<a href="/meetings/{room.meeting.public_id}">Budget &lt;review&gt;</a>' in page
    assert "Hour 1" in page
    assert "to try it" in page
    assert '<a href="/plugins/billing/" aria-current="page">Billing</a>' in page
    assert "the meeting stops as that hour begins" in page


def test_nobody_sees_it_without_signing_in_and_everybody_only_their_own(web, lea, world, give, application):
    give(10)
    assert web.app.test_client().get("/plugins/billing/").status_code == 303
    assert web.app.test_client().get("/plugins/billing/movements.csv").status_code == 303
    with tenant_scope(world.tenant), application.db.transaction() as session:
        now = application.clock.now()
        sam = Account(
            email="sam@example.org",
            name="Sam",
            password_hash=hash_password(PASSWORD),
            created_at=now,
            confirmed_at=now,
        )
        session.add(sam)
    sams = client_of(web, sam)
    assert "You have 0 credits." in sams.get("/plugins/billing/").text
    assert sams.get("/plugins/billing/movements.csv").text.count("\n") == 1


def test_many_movements_are_shown_in_pages_with_as_many_queries_as_a_few(lea, give, application):
    for _time in range(3):
        give(1)
    few = queries(application, lambda: lea.get("/plugins/billing/"))
    for _time in range(60):
        give(1)
    many = queries(application, lambda: lea.get("/plugins/billing/"))
    assert many <= few + 1  # a balance of more entries than before has a snapshot
    page = lea.get("/plugins/billing/").text
    assert page.count('<th scope="row">') - 4 == 50
    older = page.partition("?before=")[2].partition('"')[0]
    page = lea.get(f"/plugins/billing/?before={older}").text
    assert page.count('<th scope="row">') - 4 == 13
    assert "Older" not in page
    for odd in ("x", "-1", "9" * 30, "1;drop"):
        assert lea.get(f"/plugins/billing/?before={odd}").status_code == 200


def test_every_movement_can_be_downloaded_and_none_is_a_formula(lea, world, give):
    give(10)
    world.room("S", name="=1+1").person("Léa", role="presenter")
    lines = lea.get("/plugins/billing/movements.csv").text.splitlines()
    assert lines[0] == "\ufeffnumber,at,kind,credits,meeting,name,hour,reason"
    assert ",debit,-1," in lines[1]
    assert ",'=1+1,1," in lines[1]
    assert lines[2].endswith(",gift,10,,,,to try it")


def test_the_planning_form_says_what_a_plan_will_cost(web, application, world, account, give):
    give(7)
    assert costs(application, world.tenant, account, room_class=RoomClass.M, duration_min=90) == [
        ("Each started hour", "2 credits"),
        ("Expected duration", "4 credits"),
        ("You have", "7 credits"),
    ]
    with tenant_scope(world.tenant), application.db.transaction() as session:
        set_prices(
            session,
            tenant_id=world.tenant.id,
            credits={("room", "S"): 0, ("room", "M"): 1},
            free_hours=3,
            author="an operator",
            now=application.clock.now(),
        )
    assert costs(application, world.tenant, account)[0] == ("Cost", "nothing")
    with language_scope("fr"):
        assert costs(application, world.tenant, account, room_class=RoomClass.M)[2] == (
            "Heures gratuites",
            "il vous reste 3 heures ce mois-ci",
        )


def test_the_form_itself_shows_it(lea, give):
    give(3)
    token = lea.get("/meetings/plan").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    typed = {
        "name": "Budget",
        "start": "2026-02-02T09:00",
        "zone": "UTC",
        "duration_min": "60",
        "room_class": "S",
    }
    page = lea.post("/meetings/drafts/abcdefgh", data={"csrf_token": token, **typed}).text
    assert "<dt>Each started hour</dt><dd>1 credit</dd>" in page
    assert "<dt>You have</dt><dd>3 credits</dd>" in page


def test_the_form_shows_it_before_the_meeting_has_a_name_and_a_start(lea, give):
    give(3)
    page = lea.get("/meetings/plan").text
    assert "<dt>Each started hour</dt><dd>1 credit</dd>" in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    typed = {"name": "", "start": "", "zone": "UTC", "duration_min": "90", "room_class": "M"}
    page = lea.post("/meetings/drafts/abcdefgh", data={"csrf_token": token, **typed}).text
    assert "<dt>Expected duration</dt><dd>4 credits</dd>" in page


def test_the_page_of_a_meeting_says_what_it_has_cost(lea, world, give):
    give(10)
    room = world.room("L")
    address = f"/meetings/{room.meeting.public_id}"
    assert "<dt>Cost</dt>" not in lea.get(address).text
    room.person("Léa", role="presenter")
    assert (
        '<dt>Cost</dt><dd><a href="/plugins/billing/">3 credits for 1 started hour</a></dd>'
        in lea.get(address).text
    )


def test_who_starts_a_meeting_without_credits_reads_what_is_missing(lea, world):
    room = world.room("M", starts_at=datetime(2026, 1, 31, 10, tzinfo=UTC))
    address = f"/meetings/{room.meeting.public_id}"
    token = lea.get(address).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = lea.post(f"{address}/start", data={"csrf_token": token}, follow_redirects=True)
    assert "2 credits are missing" in answer.text
    assert room.meeting.state.value == "planned"


def test_where_billing_is_off_meetings_start_and_no_trace_is_seen(
    web, lea, world, application, account, tenant
):
    with application.db.transaction() as session:
        for row in session.query(TenantFeature):
            row.enabled = False
    fresh = client_of(create_web(application), account)
    world.tenant = tenant.with_features(frozenset())
    room = world.room("XL")
    room.person("Léa", role="presenter")
    assert room.meeting.state.value == "live"
    pages = [
        fresh.get(path).text
        for path in ("/meetings", "/meetings/plan", f"/meetings/{room.meeting.public_id}", "/help")
    ]
    pages.append(fresh.get(f"/join/{room.link()}").text)
    assert [page for page in pages if "credit" in page.lower() or "billing" in page.lower()] == []
    assert fresh.get("/plugins/billing/").status_code == 404
    assert create_web(application).app.test_client().get("/plugins/billing/").status_code == 404
    assert fresh.get("/plugins/billing/movements.csv").status_code == 404


def test_an_account_is_not_closed_while_credits_stand(application, world, account, give):
    give(3)
    with (
        tenant_scope(world.tenant),
        pytest.raises(Refused, match="3 credits on your account"),
        application.db.transaction() as session,
    ):
        close_account(session, plugins=application.plugins, account=session.get_one(Account, account.id))


def test_what_was_posted_stays_when_its_meeting_is_deleted(lea, world, give, has, application):
    give(3)
    room = world.room("S", name="Short lived")
    room.person("Léa", role="presenter").act("end_for_all")
    with application.db.transaction() as session:
        session.delete(session.get_one(Meeting, room.meeting_id))
    page = lea.get("/plugins/billing/").text
    assert "Short lived" in page
    assert "/meetings/" + "x" not in page
    assert has() == 2
    assert world.faults() == []


def queries(application, do):
    """How many queries something takes."""
    count = 0

    def note(*_arguments):
        nonlocal count
        count += 1

    event.listen(application.db.engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(application.db.engine, "before_cursor_execute", note)
    return count
