"""Options that plugins add to the planning form."""

from __future__ import annotations

import pytest
from organiser import PLAN
from sqlalchemy import select

from palabre.model import Meeting
from palabre.toolkit import Feature, MeetingOption, hookimpl


class Choir:
    palabre_name = "choir"

    @hookimpl
    def feature(self) -> Feature:
        return Feature(name="choir", title="Choir", description="Sings.", api_version=1)

    @hookimpl
    def meeting_options(self) -> list[MeetingOption]:
        return [MeetingOption("robes", "Robes", value=True), MeetingOption("candles", "Candles")]


@pytest.fixture
def plugins():
    return [Choir()]


def box(page: str, name: str) -> str:
    """The box of an option, up to its end."""
    return page.partition(f'id="option.choir.{name}"')[2].partition(">")[0]


def test_a_box_is_ticked_in_a_new_form_when_the_plugin_says_so(application, lea):
    page = lea.get("/meetings/plan").text
    assert "checked" in box(page, "robes")
    assert "checked" not in box(page, "candles")
    lea.plan(**{"option.choir.robes": "on"})
    unticked = lea.plan(draft="")
    with application.db.reading() as session:
        found = session.scalars(select(Meeting.options).order_by(Meeting.id)).all()
    assert [one["choir"]["robes"] for one in found] == [True, False]
    assert "checked" not in box(lea.get(f"{unticked}/edit").text, "robes")


def test_a_box_that_was_unticked_stays_so_in_a_draft(lea):
    lea.send("/meetings/drafts/draftdraftdraft", **PLAN)
    assert "checked" not in box(lea.get("/meetings/plan?draft=draftdraftdraft").text, "robes")
