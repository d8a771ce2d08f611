"""The pages: what they say, to whom, and what they tell the browser about trust."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from web_installation import wait_until

from palabre.model import LinkKind, MeetingState

PAGES = ["/", "/join", "/join/nothing.nothing", "/no-such-page"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_headers_that_browsers_obey(installation, path):
    headers = installation.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"script-src 'self' 'nonce-[\w-]{20,}'", policy)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_a_nonce_is_good_for_one_page(installation):
    nonces = {
        re.search(r"nonce-([\w-]+)", installation.get("/").headers["Content-Security-Policy"])[1]
        for _ in "ab"
    }
    assert len(nonces) == 2


def test_every_inline_script_bears_the_nonce(meeting):
    page = meeting.installation.get(f"/join/{meeting.link()}")
    nonce = re.search(r"nonce-([\w-]+)", page.headers["Content-Security-Policy"])[1]
    scripts = re.findall(r"<script[^>]*>", page.text)
    assert scripts
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    assert not re.search(r"\son\w+=|\sstyle=", page.text)


def test_home_offers_the_demonstration_and_it_leads_to_a_room(installation):
    home = installation.get("/")
    token = re.search(r'name="csrf_token" value="([^"]+)"', home.text)[1]
    cookie = home.headers["Set-Cookie"].partition(";")[0]
    answer = installation.get(
        "/demo", method="POST", body=f"csrf_token={token}", Cookie=cookie,
        Content_Type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status == 303
    room = installation.get(answer.headers["Location"])
    assert room.status == 200
    assert "Demonstration meeting" in room.text
    in_french = installation.get(answer.headers["Location"], Accept_Language="fr").text
    assert "Réunion de démonstration" in in_french
    assert "Demonstration meeting" not in in_french


@pytest.mark.parametrize("path", ["/demo", "/join"])
def test_a_form_without_its_token_is_refused_in_words(installation, path):
    answer = installation.get(
        path, method="POST", body="code=x", Content_Type="application/x-www-form-urlencoded"
    )
    assert answer.status == 400
    assert "load it again" in answer.text


def test_the_room_page_carries_what_the_browser_needs(meeting):
    token = meeting.link("presenter")
    page = meeting.installation.get(f"/join/{token}")
    config = json.loads(re.search(r'id="palabre-room"[^>]*>(.*?)</script>', page.text, re.DOTALL)[1])
    assert config["protocol"] == 1
    assert config["link"] == token
    assert config["meeting"] == {"name": "Budget review"}
    assert config["me"] == {"name": "", "role": "presenter"}
    assert [module["plugin"] for module in config["modules"]] == ["screen_share"]
    for module in config["modules"]:
        answer = meeting.installation.get(module["url"])
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    importmap = json.loads(re.search(r'type="importmap"[^>]*>(.*?)</script>', page.text, re.DOTALL)[1])
    assert meeting.installation.get(importmap["imports"]["lit"]).status == 200


def test_a_public_link_is_offered_for_others_and_a_personal_one_never(meeting):
    public = meeting.installation.get(f"/join/{meeting.link(kind=LinkKind.PUBLIC)}")
    assert f'"link": "{meeting.installation.url}/join/' in public.text.replace('":"', '": "')
    personal = meeting.installation.get(f"/join/{meeting.link()}")
    assert f"{meeting.installation.url}/join/" not in personal.text


def test_the_room_page_with_everything_is_at_most_200_kb(meeting):
    installation = meeting.installation
    page = installation.get(f"/join/{meeting.link()}", Accept_Encoding="gzip")
    assert page.headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(page.body).decode()
    wanted = set(re.findall(r'(?:href|src)="(/(?:static|plugins)/[^"]+)"', text))
    config = json.loads(re.search(r'id="palabre-room"[^>]*>(.*?)</script>', text, re.DOTALL)[1])
    wanted |= {module["url"] for module in config["modules"]} | ({config["catalogue"]} - {None})
    imports = json.loads(re.search(r'type="importmap"[^>]*>(.*?)</script>', text, re.DOTALL)[1])["imports"]
    wanted |= set(imports.values())
    sizes = {path: len(installation.get(path, Accept_Encoding="gzip").body) for path in wanted}
    total = len(page.body) + sum(sizes.values())
    print(f"{len(wanted)} files, {total / 1000:.0f} kB compressed")
    assert total <= 200_000


def test_static_files_are_kept_for_good_and_a_stale_address_is_not(installation):
    path = re.search(r'href="(/static/[^"]+/css/site.css)"', installation.get("/").text)[1]
    fresh = installation.get(path)
    assert "immutable" in fresh.headers["Cache-Control"]
    stale = installation.get(re.sub(r"/static/[^/]+/", "/static/0123456789ab/", path))
    assert (stale.status, stale.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../../server.py",
        "/static/x/%2e%2e/%2e%2e/server.py",
        "/static/x//etc/passwd",
        "/static/x/no-such-file.js",
        "/plugins/screen_share/static/x/../plugin.py",
        "/plugins/no_such_plugin/static/x/y.js",
    ],
)
def test_nothing_but_static_files_is_served(installation, path):
    assert installation.get(path).status in (308, 404)


def test_the_language_is_the_browsers_until_one_is_chosen(installation):
    assert '<html lang="fr">' in installation.get("/", Accept_Language="fr-CA,en;q=0.5").text
    assert '<html lang="en">' in installation.get("/", Accept_Language="de").text
    chosen = installation.get("/language/fr?next=/join")
    assert (chosen.status, chosen.headers["Location"]) == (303, "/join")
    cookie = chosen.headers["Set-Cookie"].partition(";")[0]
    assert '<html lang="fr">' in installation.get("/", Accept_Language="en", Cookie=cookie).text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a%0d%0ab"]
)
def test_choosing_a_language_never_leads_away(installation, wanted):
    assert installation.get(f"/language/en?next={wanted}").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"expires_at": datetime.now(UTC) - timedelta(hours=1)}, 410, "no longer valid"),
        ({"revoked_at": datetime.now(UTC) - timedelta(hours=1)}, 410, "withdrawn"),
    ],
)
def test_a_link_that_does_not_lead_in_says_why(meeting, change, status, words):
    link = meeting.link()
    meeting.change_link(link, **change)
    page = meeting.installation.get(f"/join/{link}")
    assert page.status == status
    assert words in page.text


@pytest.mark.parametrize(
    ("state", "words"), [(MeetingState.ENDED, "is over"), (MeetingState.CANCELLED, "was cancelled")]
)
def test_a_meeting_that_does_not_take_place_any_more_says_so(meeting, state, words):
    link = meeting.link()
    meeting.change(state=state)
    page = meeting.installation.get(f"/join/{link}")
    assert page.status == 410
    assert words in page.text


@pytest.mark.parametrize("token", ["nothing", "a.b", "x" * 5000, "é.é", "<script>", "..%2f.."])
def test_an_unknown_link_is_a_page_and_never_an_error(installation, token):
    from urllib.parse import quote

    page = installation.get(f"/join/{quote(token, safe='%')}")
    assert page.status == 404
    assert "<script>" not in page.text.replace("<script ", "")


def test_who_pastes_a_link_is_led_to_the_meeting(meeting):
    installation = meeting.installation
    page = installation.get("/join")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    cookie = page.headers["Set-Cookie"].partition(";")[0]

    def post(code: str):
        body = f"csrf_token={token}&code={code}"
        kind = "application/x-www-form-urlencoded"
        return installation.get("/join", method="POST", body=body, Cookie=cookie, Content_Type=kind)

    link = meeting.link()
    assert post(link).headers["Location"] == f"/join/{link}"
    assert post(f"https://meet.example.org/join/{link}/").headers["Location"] == f"/join/{link}"
    assert post("nothing.nothing").status == 404
    assert post("").status == 422
    assert "does not lead anywhere" in post("nothing.nothing").text


def test_a_tenant_answers_to_its_own_host_name_and_to_its_own_links_alone(installation):
    installation.tenant("acme", host="acme.example", name="Acme Meetings")
    assert "Acme Meetings" in installation.get("/", Host="acme.example:8000").text
    link = installation.meeting(tenant="acme").link()
    assert installation.get(f"/join/{link}", Host="acme.example").status == 200
    assert installation.get(f"/join/{link}").status == 404


def test_a_plugin_that_is_switched_off_stays_in_rooms_that_are_open_and_is_nowhere_else(
    own_installation, come
):
    own_installation.start_web()
    opened, later = own_installation.meeting(), own_installation.meeting()
    come(opened, "Léa", role="presenter")
    assert own_installation.command("plugins", "disable", "screen_share").returncode == 0
    wait_until(lambda: "screen_share.js" not in own_installation.get(f"/join/{later.link()}").text)
    module = re.search(r"/plugins/screen_share/[^\"]+", own_installation.get(f"/join/{opened.link()}").text)[
        0
    ]
    assert own_installation.get(module).status == 200
    opened.change(state=MeetingState.ENDED)
    assert own_installation.get(module).status == 404


def test_health_and_metrics(installation):
    assert json.loads(installation.get("/healthz").text) == {"status": "ok"}
    readiness = installation.get("/readyz")
    assert readiness.status == 503
    assert json.loads(readiness.text)["database"] == "ok"
    text = installation.get("/metrics").text
    for name in ("palabre_rooms", "palabre_participants", "palabre_loop_stall_seconds", "palabre_media_up"):
        assert re.search(rf"^{name}\b", text, re.MULTILINE), name


def test_too_many_requests_are_a_page_in_words(own_installation):
    own_installation.start_web()
    answers = [own_installation.get("/join/nothing.nothing").status for _ in range(70)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert "too fast" in own_installation.get("/join/nothing.nothing").text
