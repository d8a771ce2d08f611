"""Default deny: every address declares who may ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Blueprint

from palabre.application import create_application, make_host
from palabre.config import Settings
from palabre.migrations import upgrade
from palabre.plugins.markers import hookimpl
from palabre.testing.room import make_tenant
from palabre.toolkit import API_VERSION, Feature
from palabre_webui import hookspecs
from palabre_webui.declared import permission, permission_of
from palabre_webui.server import Web


class Guestbook:
    """A plugin with pages."""

    @hookimpl
    def feature(self) -> Feature:
        return Feature(name="guestbook", title="Guestbook", description="A page.", api_version=API_VERSION)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        pages = Blueprint("guestbook", __name__)
        pages.add_url_rule("/", "index", permission("public")(lambda: "written by guests"))
        pages.add_url_rule("/forgotten", "forgotten", lambda: "nobody said who may see this")
        pages.add_url_rule("/metrics", "metrics", permission("operator")(lambda: "for the operator"))
        return [pages]


class Intruder:
    """A plugin that wants addresses under another name."""

    @hookimpl
    def feature(self) -> Feature:
        return Feature(name="intruder", title="Intruder", description="No.", api_version=API_VERSION)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        return [Blueprint("site_takeover", __name__)]


def make_web(folder: Path, *plugins: object) -> Web:
    host = make_host(specs=[hookspecs])
    for plugin in plugins:
        host.register(plugin)
    application = create_application(Settings(data_dir=folder), plugins=host)
    upgrade(application.db, application.plugins)
    make_tenant(application)
    return Web(application)


def test_every_route_of_ours_declares_a_permission(tmp_path):
    app = make_web(tmp_path).app
    undeclared = [
        rule.rule for rule in app.url_map.iter_rules() if not permission_of(app.view_functions[rule.endpoint])
    ]
    assert undeclared == []


@pytest.fixture
def web(tmp_path):
    return make_web(tmp_path, Guestbook(), Intruder())


def test_a_plugins_page_is_below_its_name(web):
    assert web.app.test_client().get("/plugins/guestbook/").text == "written by guests"


def test_a_view_that_declares_nothing_is_never_called(web):
    assert web.app.test_client().get("/plugins/guestbook/forgotten").status_code == 403


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("203.0.113.7", 403), ("", 403)]
)
def test_what_is_the_operators_is_seen_from_this_machine_alone(web, address, status):
    client = web.app.test_client()
    asked = client.get("/plugins/guestbook/metrics", environ_overrides={"REMOTE_ADDR": address})
    assert asked.status_code == status


def test_switched_off_for_the_tenant_nothing_of_a_plugin_is_seen(web, monkeypatch):
    from palabre.plugins.features import switch_feature

    application = web.context.application
    with application.db.transaction() as session:
        switch_feature(
            session, application.plugins, tenant_id=1, feature="guestbook", enabled=False, by_operator=True
        )
    assert web.app.test_client().get("/plugins/guestbook/").status_code == 404


def test_a_blueprint_in_anothers_name_is_left_out_and_the_plugin_is_unhealthy(web):
    assert "site_takeover" not in web.app.blueprints
    assert "site_takeover" in web.context.application.plugins.health["intruder"].reason
