"""The page of the hooks and the hooks themselves cannot drift apart, and each example works as it stands."""

import importlib
import inspect
import re
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click.testing
import pytest

from palabre import toolkit
from palabre.application import create_application, make_host
from palabre.calendar import LocalStart
from palabre.config import load_settings
from palabre.hookspecs import features
from palabre.meetings import (
    MeetingPlan,
    PlanRefused,
    announce_cancelled,
    announce_changed,
    announce_planned,
    cancel,
    change,
    find_meeting,
    kinds,
    options,
    plan,
    plan_of,
    prices,
    read_options,
)
from palabre.plugins.loading import installed_specs
from palabre.plugins.markers import API_VERSION, is_for_installation, kind_of
from palabre.tenants import tenant_scope
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom
from palabre.toolkit import Meeting, Refused
from palabre.worker.duties import do_due
from palabre_webui import toolkit as web_toolkit


class DoormanSection(toolkit.Section):
    refused: list[str] = []  # noqa: RUF012 - pydantic copies it


ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "plugins" / "hooks.md").read_text()
SECTIONS = {
    name: (arguments, text)
    for name, arguments, text in re.findall(
        r"^## (\w+)\((.*?)\)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
}
HOOKS = make_host(specs=installed_specs()).hooks()


FEATURE = f"""
from palabre.toolkit import Feature, hookimpl

@hookimpl
def feature():
    return Feature(name="example", title="Example", description="An example.", api_version={API_VERSION})
"""


@pytest.fixture
def plugins(request, tmp_path, monkeypatch):
    """The example of the hook that the test is named for, as a plugin."""
    name = request.function.__name__.removeprefix("test_hook_")
    example = re.search(r"```python\n(.*?)```", SECTIONS[name][1], re.DOTALL)[1]
    package = tmp_path / "palabre_example"
    (package / "static").mkdir(parents=True)
    (package / "static" / "example.js").write_text("export default { apiVersion: 1, setup() {} };")
    (package / "__init__.py").write_text(FEATURE + example)
    monkeypatch.syspath_prepend(tmp_path)
    yield [importlib.import_module("palabre_example")]
    del sys.modules["palabre_example"]


@pytest.fixture
def example(application):
    return application.plugins


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_has_a_section_with_its_arguments_and_kind(name):
    arguments, text = SECTIONS[name]
    assert arguments == ", ".join(inspect.signature(HOOKS[name]).parameters)
    kind = re.match(r"\n\*(\w+)\*(, for the installation)?\.", text)
    assert kind, "a section begins with the kind of the hook"
    assert kind[1] == kind_of(HOOKS[name]).value
    assert bool(kind[2]) == is_for_installation(HOOKS[name])


def test_no_section_is_about_something_else():
    assert set(SECTIONS) == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_has_an_example_and_a_test(name):
    assert "```python\n" in SECTIONS[name][1]
    assert f"test_hook_{name}" in globals()


@pytest.mark.parametrize("name", HOOKS)
def test_every_specification_says_when_it_is_called(name):
    specification = HOOKS[name]
    said = inspect.getdoc(specification)
    assert "Called " in said
    if kind_of(specification).value == "collect":
        assert ":returns:" in said
    if kind_of(specification).value == "guard":
        assert ":raises Refused:" in said


def contract():
    """What plugins rely on, a line each."""
    hooks = [f"{kind_of(hook).value} {name}{inspect.signature(hook)}" for name, hook in HOOKS.items()]
    ours = [f"toolkit {name}" for name in sorted(toolkit.__all__)]
    return [*hooks, *ours, *(f"web toolkit {name}" for name in sorted(web_toolkit.__all__))]


def test_the_contract_changes_only_with_its_version():
    """What was there stays as it was; what is new is added to the file.

    Changing or removing a line breaks plugins: raise API_VERSION and begin a new file.
    """
    stored = (Path(__file__).parent / f"contract_{API_VERSION}.txt").read_text().splitlines()
    assert stored == contract()


def test_hook_feature(example):
    (feature,) = example.features()
    assert (feature.name, feature.level, feature.default) == ("example", "room", False)


def test_hook_settings(example):
    (found,) = example.collect(features.settings)
    assert found.value().greeting == "Hello"


def test_hook_examinations(application):
    ((_plugin, (finding,)),) = [
        (one.plugin, one.value)
        for one in application.plugins.collect(features.examinations, application=application)
    ]
    assert (finding.what, finding.state) == ("example", "warning")


def test_guards_and_acts_read_the_settings_of_their_plugin(tmp_path):
    class Doorman:
        palabre_name = "doorman"

        @toolkit.hookimpl
        def feature(self):
            return toolkit.Feature(name="doorman", title="D", description="D.", api_version=API_VERSION)

        @toolkit.hookimpl
        def settings(self):
            return DoormanSection

        @toolkit.hookimpl
        def participant_joining(self, session, meeting, joiner):
            if joiner.name in toolkit.settings_of(session, "doorman").refused:
                raise Refused("not_today", "Not today.")

    host = make_host(specs=installed_specs())
    host.register(Doorman())
    (tmp_path / "palabre.toml").write_text('[doorman]\nrefused = ["Kim"]\n')
    settings = load_settings(tmp_path / "palabre.toml", sections={"doorman": DoormanSection})
    application = create_application(
        settings.model_copy(update={"data_dir": tmp_path}), plugins=host, clock=TestClock()
    )
    room = HeadlessRoom.make(application)
    room.person("Sam")
    with pytest.raises(Refused) as refused:
        room.person("Kim")
    assert refused.value.code == "not_today"
    application.db.close()


def test_hook_commands(application, room, example):
    (found,) = example.collect(features.commands)
    said = click.testing.CliRunner().invoke(found.value[0], obj=application)
    assert said.output == "1\n"


@pytest.fixture
def organise(application, tenant, account):
    """Plans a meeting for a Monday, and tells the plugins."""

    def organise(day="2026-02-02", **fields):
        start = LocalStart(datetime.fromisoformat(f"{day}T09:00"), "UTC")
        with tenant_scope(tenant):
            with application.db.transaction() as session:
                planned = plan(
                    session,
                    plugins=application.plugins,
                    organiser=account,
                    plan=MeetingPlan(**{"name": "Budget review", "start": start, **fields}),
                    now=application.clock.now(),
                    planned_from="the same form",
                )
            announce_planned(application.plugins, planned)
        return planned

    return organise


def test_hook_meeting_kinds(application, tenant, organise):
    with tenant_scope(tenant):
        assert [one.title for one in kinds(application.plugins)] == ["Web meeting", "Walk"]
    assert organise(kind="walk").kind == "walk"


def test_hook_meeting_options(application, tenant, organise):
    with tenant_scope(tenant):
        (option,) = options(application.plugins)
        assert (option.key, option.control) == ("example.coffee", "number")
        chosen, problems = read_options(application.plugins, {"example.coffee": "12"})
        assert (chosen, problems) == ({"example": {"coffee": 12}}, {})
        _chosen, problems = read_options(application.plugins, {"example.coffee": "81"})
        assert problems == {"option.example.coffee": "Choose between 0 and 80 cups."}
        plan_with = MeetingPlan(name="Budget review", options=chosen)
        assert prices(application.plugins, plan_with) == (("Cups of coffee", "12 cups, 24 credits"),)
    with pytest.raises(PlanRefused) as refused:
        organise(options={"example": {"coffee": 500}})
    assert refused.value.codes == {"option.example.coffee": "too_much_coffee"}
    assert organise(options=chosen).options == {"example": {"coffee": 12}}


def test_hook_chargeables(application, tenant):
    with tenant_scope(tenant):
        found = {one.name: one for one in toolkit.known_chargeables(application.plugins)}
    assert list(found) == ["room", "example.coffee"]
    assert found["room"].unit == "hour"
    assert found["example.coffee"].plugin == "example"


def test_hook_usage_starting(room):
    lea = room.person("Léa")
    lea.act("example.order", cups=10)
    with pytest.raises(Refused) as refused:
        lea.act("example.order", cups=11)
    assert refused.value.code == "too_much_coffee"
    assert lea.heard("example.ordered") == [{"cups": 10}]


def test_hook_plan_costs(application, tenant, account):
    from palabre.meetings import plan_costs

    with tenant_scope(tenant), application.db.reading() as session:
        (line,) = plan_costs(
            session,
            plugins=application.plugins,
            organiser=account,
            plan=MeetingPlan(name="Budget review", duration_min=90),
        )
    assert (line.label, line.said) == ("Cost", "10 euros for Léa")


def test_hook_meeting_planning(organise):
    with pytest.raises(Refused) as refused:
        organise("2026-02-01")
    assert refused.value.code == "sunday"
    organise("2026-02-02")


def test_hook_meeting_planned(organise, caplog):
    organise()
    organise()
    assert caplog.messages == ["Budget review is planned"]


def test_hook_meeting_changed(organise, application, tenant, caplog):
    planned = organise()
    with tenant_scope(tenant):
        with application.db.transaction() as session:
            meeting = find_meeting(session, planned.public_id)
            changed = change(
                session,
                plugins=application.plugins,
                meeting=meeting,
                plan=replace(plan_of(session, meeting=meeting), name="Budget"),
                edit=meeting.edit,
                tell_guests=True,
                now=application.clock.now(),
            )
        announce_changed(application.plugins, changed)
    assert caplog.messages == ["Budget has revision 1"]


def test_hook_meeting_cancelled(organise, application, tenant, caplog):
    planned = organise()
    with tenant_scope(tenant):
        with application.db.transaction() as session:
            meeting = find_meeting(session, planned.public_id)
            cancel(session, meeting=meeting, now=application.clock.now())
        announce_cancelled(application.plugins, meeting)
    assert caplog.messages == ["Budget review does not take place"]


def test_hook_meeting_starting(room):
    with pytest.raises(Refused) as refused:
        room.person("Léa", role="presenter")
    assert refused.value.code == "no_agenda"


def test_hook_meeting_started(room, caplog):
    room.person("Léa")
    room.person("Sam")
    assert caplog.messages == ["Budget review has begun"]


def test_hook_meeting_ended(room, caplog):
    room.person("Léa", role="presenter").act("end_for_all")
    assert caplog.messages == ["Budget review has ended"]


def test_hook_room_acts(room):
    lea = room.person("Léa")
    lea.act("example.wave")
    assert lea.heard("example.waved") == [{"participant": lea.id}]


def test_hook_room_slice(room):
    lea, sam = room.person("Léa"), room.person("Sam")
    sam.act("raise_hand")
    assert lea.state()["slices"]["example"] == {"raised": 1}


def test_hook_track_sources(room):
    lea, sam = room.person("Léa", role="presenter"), room.person("Sam")
    assert lea.publish("document_camera", kind="video")
    with pytest.raises(Refused):
        sam.publish("document_camera", kind="video")


def test_hook_participant_joining(room):
    with pytest.raises(Refused) as refused:
        room.person("Administrator")
    assert refused.value.code == "bad_name"
    room.person("Léa")


def test_hook_participant_joined(room, caplog):
    room.person("Léa")
    assert caplog.messages == ["Léa has come to Budget review"]


def test_hook_participant_left(room, caplog):
    lea = room.person("Léa")
    lea.act("leave")
    assert caplog.messages == [f"{lea.id} is out of Budget review: left"]


def test_hook_event_recorded(room, caplog):
    lea = room.person("Léa")
    lea.act("chat_send", text="Hello", to="all")
    lea.act("chat_send", text="Psst", to="presenters")
    assert caplog.messages == ["Léa: Hello"]


def test_hook_compose_invitation(application, room, clock):
    from palabre.invitations import Guest, invite, set_guests
    from palabre.mail.mailbox import Mailbox
    from palabre.worker.mailing import send_due

    with application.db.transaction() as session:
        meeting = session.get(Meeting, room.meeting_id)
        set_guests(session, meeting=meeting, guests=[Guest("sam@example.org")], now=clock.now())
        invite(session, meeting=meeting, now=clock.now())
    do_due(application)
    mailbox = Mailbox(application.settings.data_dir / "mailbox")
    send_due(application, mailbox)
    (mail,) = mailbox.newest(5)
    assert "By telephone: +33 1 23 45 67 89" in mail.text


def test_hook_letters(application, room):
    from palabre.mail.mailbox import Mailbox
    from palabre.worker.mailing import send_due

    room.person("Léa", role="presenter").act("example.report")
    mailbox = Mailbox(application.settings.data_dir / "mailbox")
    send_due(application, mailbox)
    (mail,) = mailbox.newest(5)
    assert "1 people are there." in mail.text


def test_hook_duties(application, room, clock):
    room.person("Léa", role="presenter").act("example.thank")
    do_due(application)
    with application.db.reading() as session:
        assert session.get_one(Meeting, room.meeting.id).description == ""
    clock.advance(hours=1)
    do_due(application)
    with application.db.reading() as session:
        assert session.get_one(Meeting, room.meeting.id).description == "Thank you for coming."


def test_hook_blueprints(application, tenant):
    from palabre_webui.server import create_web
    from palabre_webui.testing.accounts import client_of, make_account

    web = create_web(application)
    assert web.app.test_client().get("/plugins/example/hello").text == "Hello"
    lea = client_of(web, make_account(application))
    assert lea.get("/plugins/example/hello").text == "Hello Léa, it is 09:00"


def test_hook_room_modules(application, room):
    from palabre_webui.server import create_web

    page = create_web(application).app.test_client().get(f"/join/{room.link()}").text
    assert re.search(r'"plugin": ?"example", ?"url": ?"/plugins/example/static/\w+/example.js"', page)


def test_hook_menu_items(application, tenant):
    from palabre_webui.server import create_web
    from palabre_webui.testing.accounts import client_of, make_account

    client = client_of(create_web(application), make_account(application))
    assert '<a href="/plugins/example/minutes">Minutes</a>' in client.get("/account").text


def asking(application, email):
    """Somebody asks for an account by the form of the site."""
    from palabre_webui.server import create_web
    from palabre_webui.testing.accounts import csrf_token

    client = create_web(application).app.test_client()
    form = {"csrf_token": csrf_token(client, "/account/sign-up"), "name": "Sam", "email": email}
    return client, client.post("/account/sign-up", data=form)


def test_hook_account_registering(application, tenant):
    _client, answer = asking(application, "sam@example.com")
    assert "Accounts are for addresses of example.org." in answer.text


def test_hook_account_registered(application, tenant, plugins):
    asking(application, "sam@example.org")
    assert plugins[0].ASKED == ["sam@example.org"]


def test_hook_account_confirmed(application, tenant, plugins):
    from palabre.model import Mail
    from palabre_webui.testing.accounts import PASSWORD, csrf_token

    client, _answer = asking(application, "sam@example.org")
    with application.db.reading() as session:
        path = session.query(Mail).one().data["path"]
    client.post(path, data={"csrf_token": csrf_token(client, path), "password": PASSWORD})
    assert plugins[0].CONFIRMED == ["sam@example.org"]


def test_hook_account_closing(application, tenant, account):
    from palabre.accounts import close_account

    account.is_operator = True
    with (
        toolkit.tenant_scope(tenant),
        pytest.raises(Refused, match="Name another operator"),
        application.db.transaction() as session,
    ):
        close_account(session, plugins=application.plugins, account=account)


def test_hook_help_sections(application, tenant):
    from palabre_webui.server import create_web

    page = create_web(application).app.test_client().get("/help?q=MINUTES").text
    assert "Where are the <mark>minutes</mark>?" in page
    assert '<a href="/plugins/example/minutes">' in page


def test_hook_meeting_facts(application, tenant):
    from palabre_webui.server import create_web
    from palabre_webui.testing.accounts import client_of, make_account

    lea = make_account(application)
    room = HeadlessRoom.make(application, tenant=tenant, organiser_id=lea.id)
    address = f"/plugins/example/minutes/{room.meeting.public_id}"
    page = client_of(create_web(application), lea).get(f"/meetings/{room.meeting.public_id}").text
    assert f'<dt>Minutes</dt><dd><a href="{address}">Not written yet</a></dd>' in page


def test_hook_payment_methods(application, tenant):
    from palabre_billing.payments import known_methods

    with tenant_scope(tenant):
        (known,) = known_methods(application).values()
    assert (known.name, known.title) == ("example", "At the counter")
    assert [field.name for field in known.missing({})] == ["place"]
    assert not known.can_check
