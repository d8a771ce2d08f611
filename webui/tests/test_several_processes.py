"""One room in several web processes: everybody hears everything, in order, with a bell between them or without."""

from __future__ import annotations

import time

import pytest
from web_installation import Installation


@pytest.fixture(scope="module", params=["sqlite", "sqlite-redis", "postgresql", "postgresql-redis"])
def two_processes(request, tmp_path_factory):
    """An installation with two web processes."""
    database = None
    settings = {"WEB__PROCESSES": "2"}
    if "postgresql" in request.param:
        database = request.getfixturevalue("postgresql_url")
    if "redis" in request.param:
        settings["WEB__REDIS_URL"] = request.getfixturevalue("redis_url")
    with Installation(tmp_path_factory.mktemp(request.param), database=database, **settings) as made:
        made.webs = [made.start_web(0), made.start_web(1)]
        made.rings = "redis" in request.param
        yield made


def test_events_pass_between_processes_in_order_and_once(two_processes, come):
    meeting = two_processes.meeting()
    urls = [web.url for web in two_processes.webs]
    people = [come(meeting, f"P{n}", role="presenter", url=urls[n % 2]) for n in range(4)]
    for number in range(20):
        people[number % 4].act("chat_send", {"text": str(number)})
    last = people[0].ask("since", {"seq": -1})["seq"]
    for person in people:
        person.wait_for(lambda person=person: person.seq >= last)
        assert [event["seq"] for event in person.events] == list(range(person.entered["seq"] + 1, last + 1))


def test_what_is_private_stays_private_in_the_other_process(two_processes, come):
    meeting = two_processes.meeting()
    urls = [web.url for web in two_processes.webs]
    lea = come(meeting, "Léa", role="presenter", url=urls[0])
    kim = come(meeting, "Kim", url=urls[1])
    seq = lea.act("chat_send", {"text": "secret", "to": "presenters"})
    assert kim.wait_for(lambda: [one for one in kim.events if one["seq"] == seq]) == [
        {"seq": seq, "kind": "hidden"}
    ]


def test_the_consequences_happen_where_the_socket_is(two_processes, come):
    meeting = two_processes.meeting(wait_for_presenter=True)
    urls = [web.url for web in two_processes.webs]
    sam = come(meeting, "Sam", url=urls[1])
    lea = come(meeting, "Léa", role="presenter", url=urls[0])
    sam.told("admitted")
    sam.enter("Sam", again=True)
    lea.act("remove", {"participant": sam.id})
    assert sam.told("closed")["code"] == "removed"


def test_coming_back_to_the_other_process_closes_the_old_socket(two_processes, come):
    meeting = two_processes.meeting()
    urls = [web.url for web in two_processes.webs]
    lea = come(meeting, "Léa", role="presenter", url=urls[0])
    sam = come(meeting, "Sam", url=urls[0])
    sam.come_back(urls[1])
    assert sam.told("closed")["code"] == "replaced"
    sam.act("raise_hand")
    assert lea.heard("hand_raised")
    assert "left" not in lea.kinds()


def test_after_a_kill_of_one_its_people_go_on_in_the_other(two_processes, come):
    meeting = two_processes.meeting()
    web = two_processes.webs[1]
    lea = come(meeting, "Léa", role="presenter", url=two_processes.webs[0].url)
    sam = come(meeting, "Sam", url=web.url)
    web.kill()
    sam.come_back(lea.url)
    assert sam.entered["resumed"] is True
    sam.act("raise_hand")
    assert lea.heard("hand_raised")
    two_processes.webs[1] = two_processes.start_web(1)


def test_signals_pass_where_there_is_a_bell(two_processes, come):
    if not two_processes.rings:
        return
    meeting = two_processes.meeting()
    lea = come(meeting, "Léa", role="presenter", url=two_processes.webs[0].url)
    sam = come(meeting, "Sam", url=two_processes.webs[1].url)
    sam.socket.emit("signal", {"kind": "typing", "data": {}}, namespace="/room")
    assert lea.wait_for(lambda: lea.signals) == [{"kind": "typing", "from": sam.id, "data": {}}]


def test_a_bell_is_quick(two_processes, come):
    meeting = two_processes.meeting()
    lea = come(meeting, "Léa", role="presenter", url=two_processes.webs[0].url)
    sam = come(meeting, "Sam", url=two_processes.webs[1].url)
    began = time.monotonic()
    seq = lea.act("chat_send", {"text": "now"})
    sam.wait_for(lambda: sam.seq >= seq)
    print(f"at the other process after {(time.monotonic() - began) * 1000:.0f} ms")
