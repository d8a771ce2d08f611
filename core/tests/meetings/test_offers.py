"""Kinds of meetings and options that plugins add, good ones and broken ones."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.meetings import MeetingPlan, PlanRefused, kinds, options, prices, read_options
from palabre.model import Tenant
from palabre.plugins.features import switch_feature, tenant_context
from palabre.tenants import tenant_scope
from palabre.toolkit import Feature, MeetingKind, MeetingOption, hookimpl


def _break(*_given: object) -> str:
    raise RuntimeError("torn")


def _polite(value: str) -> str:
    if "!" in value:
        raise Refused("too_loud", "Speak more softly.")
    return value.strip()


class Choir:
    palabre_name = "choir"

    @hookimpl
    def feature(self) -> Feature:
        return Feature(name="choir", title="Choir", description="Sings.", api_version=1)

    @hookimpl
    def meeting_kinds(self) -> list[MeetingKind]:
        return [
            MeetingKind("rehearsal", "Rehearsal"),
            MeetingKind("web", "Taken"),
            MeetingKind("x" * 33, "Long"),
        ]

    @hookimpl
    def meeting_options(self) -> list[MeetingOption]:
        return [
            MeetingOption("robes", "Robes", price=lambda _plan, robes: "3 credits" if robes else None),
            MeetingOption("voice", "Voice", control="select", choices=(("alto", "Alto"), ("bass", "Bass"))),
            MeetingOption("song", "Song", control="text", check=_polite),
            MeetingOption("verses", "Verses", control="number", price=_break),
        ]


class Torn:
    palabre_name = "torn"

    @hookimpl
    def feature(self) -> Feature:
        return Feature(name="torn", title="Torn", description="Fails.", api_version=1)

    @hookimpl
    def meeting_options(self) -> list[MeetingOption]:
        return [MeetingOption("page", "Page", control="text", check=_break)]


@pytest.fixture
def database_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/palabre.sqlite3"


@pytest.fixture
def plugins():
    return [Choir(), Torn()]


@pytest.fixture
def host(application, tenant):
    with tenant_scope(tenant):
        yield application.plugins


def test_a_kind_whose_name_is_taken_or_too_long_is_left_out(host):
    assert [one.name for one in kinds(host)] == ["web", "rehearsal"]
    assert host.health["choir"].errors["meeting_kinds"] == 2


def test_what_was_typed_becomes_values(host):
    typed = {"choir.robes": "on", "choir.voice": "bass", "choir.song": " Ode ", "choir.verses": "4"}
    chosen, problems = read_options(host, typed)
    assert chosen["choir"] == {"robes": True, "voice": "bass", "song": "Ode", "verses": 4}
    assert list(problems) == ["option.torn.page"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"choir.voice": "soprano"}, "option.choir.voice"),
        ({"choir.voice": "alto", "choir.song": "Ode!"}, "option.choir.song"),
        ({"choir.voice": "alto", "choir.verses": "many"}, "option.choir.verses"),
        ({"choir.voice": "alto", "choir.verses": ""}, "option.choir.verses"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(host, typed, field):
    _chosen, problems = read_options(host, {"choir.verses": "1", **typed})
    assert list(problems) == [field, "option.torn.page"]


def test_an_option_whose_check_fails_keeps_the_meeting_from_being_planned(plan_one, host):
    with pytest.raises(PlanRefused) as refused:
        plan_one(options={"torn": {"page": "1"}})
    assert refused.value.codes == {"option.torn.page": "plugin_failed"}
    assert host.health["torn"].errors["meeting_options"] == 1


def test_a_price_that_fails_is_left_out(host):
    plan = MeetingPlan("Concert", options={"choir": {"robes": True, "verses": 3}})
    assert prices(host, plan) == (("Robes", "3 credits"),)
    assert prices(host, MeetingPlan("Concert")) == ()


def test_options_of_a_plugin_that_is_switched_off_are_not_offered(application, tenant):
    with application.db.transaction() as session:
        switch_feature(session, application.plugins, tenant_id=tenant.id, feature="choir", enabled=False)
        now = tenant_context(session, application.plugins, session.get_one(Tenant, tenant.id))
    with tenant_scope(now):
        assert {one.plugin for one in options(application.plugins)} == {"torn"}
        assert [one.name for one in kinds(application.plugins)] == ["web"]
