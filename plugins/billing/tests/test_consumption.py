"""What was used, by month and kind; every movement as a workbook; a mail when little is left."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from palabre.accounts import hash_password
from palabre.i18n import add_catalogue
from palabre.toolkit import Account, Refused, tenant_scope
from palabre_billing import gifts
from palabre_billing.consumption import alert_of, figures_of, set_alert
from palabre_billing.consumption.chart import HEIGHT, chart_of
from palabre_billing.ledger import own_account
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import PASSWORD, client_of

PAGE = "/plugins/billing/consumption"


@pytest.fixture
def lea(world, application, account):
    """The organiser's browser."""
    add_catalogue("palabre_billing")
    with tenant_scope(world.tenant), application.db.transaction() as session:
        session.get_one(Account, account.id).password_hash = hash_password(PASSWORD)
    return client_of(create_web(application), account)


@pytest.fixture
def figures(application, tenant, account, clock):
    """The organiser's figures of this moment."""

    def figures():
        with tenant_scope(tenant), application.db.reading() as session:
            return figures_of(session, own_account(session, account.id).id, now=clock.now())

    return figures


@pytest.fixture
def alert(application, tenant, account):
    """Chooses the balance below which a mail comes; says what is chosen."""

    def alert(below=...):
        with tenant_scope(tenant), application.db.transaction() as session:
            if below is not ...:
                set_alert(session, owner=session.get_one(Account, account.id), below=below)
            theirs = own_account(session, account.id)
            return alert_of(session, theirs.id) if theirs else None

    return alert


def take(world, credits, key):
    with tenant_scope(world.tenant), world.application.db.transaction() as session:
        gifts.take(
            session,
            owner=world.organiser,
            credits=credits,
            reason="back",
            author="a test",
            key=key,
            now=world.application.clock.now(),
        )


def used(world, room_class="S"):
    world.room(room_class).person("Léa", role="presenter").act("end_for_all")


def test_credits_are_counted_by_month_and_kind_in_one_query(world, give, clock, figures, application):
    give(20)  # at the end of January, UTC
    used(world, "M")
    clock.advance(days=1)
    used(world, "L")
    used(world, "S")
    statements = []
    event.listen(application.db.engine, "before_cursor_execute", lambda *one: statements.append(one[2]))
    found = figures()
    assert sum("sum(" in one for one in statements) == 1
    january, february = found.months[-2:]
    assert (january, february) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert len(found.months) == 12
    assert found.kinds == (("debit", "room"), ("gift", ""))
    assert [found.of(january, kind) for kind in found.kinds] == [-2, 20]
    assert [found.of(february, kind) for kind in found.kinds] == [-4, 0]
    assert (found.went(february), found.came(january)) == (4, 20)
    clock.advance(days=365)
    assert figures().kinds == ()


def test_the_chart_has_room_for_every_bar(world, give, clock, figures):
    give(37)
    used(world, "XL")
    chart = chart_of(figures())
    assert [bar.credits for bar in chart.bars] == [-6, 37]
    assert all(bar.y >= 0 and bar.height > 0 and bar.y + bar.height <= HEIGHT for bar in chart.bars)
    assert [line.credits for line in chart.lines] == [-10, 0, 10, 20, 30, 40]
    went, came = chart.bars
    assert came.y + came.height == pytest.approx(went.y)
    assert came.height / went.height == pytest.approx(37 / 6)


def test_without_movements_there_is_no_chart_and_no_fault(lea):
    page = lea.get(PAGE).text
    assert "No credits have moved" in page
    assert '<svg class="chart"' not in page
    assert load_workbook(io.BytesIO(lea.get("/plugins/billing/movements.xlsx").data)).active.max_row == 1


def test_the_page_shows_chart_and_table(lea, world, give):
    give(10)
    used(world, "M")
    page = lea.get(PAGE).text
    assert page.count('<rect class="chart-kind') == 4  # two in the legend, two bars
    assert "<title>January 2026, Room: −2</title>" in page
    row = re.search(r'<th scope="row">January 2026</th>(.*?)</tr>', page)[1]
    assert re.findall(r"<td>(.*?)</td>", row) == ["−2", "+10", "2"]
    style = re.search(r'href="(/plugins/billing/static/[^"]*consumption.css)"', page)[1]
    assert lea.get(style).status_code == 200


def test_every_movement_is_in_the_workbook_and_none_is_a_formula(lea, world, give):
    give(10)
    room = world.room("S", name='=HYPERLINK("http://example.org")')
    room.person("Léa", role="presenter")
    answer = lea.get("/plugins/billing/movements.xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="movements.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.data)).active
    heads, debit, gift = sheet.iter_rows()
    assert [cell.value for cell in heads][:4] == ["Number", "When (UTC)", "What", "Credits"]
    assert [cell.value for cell in debit][2:7] == [
        "Hour 1",
        -1,
        room.meeting.public_id,
        '=HYPERLINK("http://example.org")',
        1,
    ]
    assert debit[5].data_type == "s"
    assert isinstance(debit[1].value, datetime)
    assert [gift[3].value, gift[7].value] == [10, "to try it"]


def test_nobody_reads_anothers(lea, world, give, application):
    give(10)
    web = create_web(application).app.test_client()
    for path in (PAGE, "/plugins/billing/movements.xlsx"):
        assert web.get(path).status_code == 303


def test_one_mail_comes_for_each_fall_below_what_was_chosen(world, give, alert, account):
    give(10)
    alert(5)
    take(world, 5, "a")  # five are not fewer than five
    assert world.mails() == []
    take(world, 1, "b")
    take(world, 1, "c")
    assert world.mails() == ["billing.low"]
    give(2)  # five again
    take(world, 4, "d")
    assert world.mails() == ["billing.low"] * 2
    letter = world.posted()[0]
    assert letter.subject == "You have 1 credit left"
    assert "fewer than the 5 at which you wanted to be told" in letter.text
    assert "/plugins/billing/buy" in letter.text
    assert world.faults() == []


def test_a_meeting_that_takes_the_balance_below_it_says_so_and_one_that_cannot_start_does_not(
    world, give, alert
):
    give(3)
    alert(2)
    with pytest.raises(Refused):
        world.room("XL").person("Léa", role="presenter")
    assert world.mails() == []
    used(world, "M")
    assert world.mails() == ["billing.low"]


def test_who_is_below_it_when_choosing_is_told_at_the_next_fall_only(world, give, alert):
    give(2)
    alert(5)
    take(world, 1, "a")
    assert world.mails() == []
    give(10)
    take(world, 8, "b")
    assert world.mails() == ["billing.low"]
    alert(None)
    assert alert() is None
    take(world, 1, "c")
    assert world.mails() == ["billing.low"]


@pytest.mark.parametrize("odd", ["-1", "0", "1.5", "many", "1000001", "9" * 40, "٣"])
def test_what_is_no_number_of_credits_is_not_kept(lea, give, alert, odd):
    give(1)
    alert(7)
    token = lea.get(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = lea.post(PAGE, data={"csrf_token": token, "below": odd})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert alert() == 7


def test_an_alert_is_chosen_on_the_page(lea, alert):
    for typed, kept in (("12", 12), ("", None)):
        token = lea.get(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = lea.post(PAGE, data={"csrf_token": token, "below": typed}, follow_redirects=True)
        assert "Your choice is kept." in answer.text
        assert alert() == kept
