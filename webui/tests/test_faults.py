"""What dies is started again, and the people in the rooms are back in a moment with everything they had."""

from __future__ import annotations

import os
import signal
import socket
import time

import psutil
import pytest
from web_installation import PALABRE, Installation, wait_until

#: For everybody to be back after a kill, in seconds.
BACK_S = 5.0


@pytest.fixture(scope="module")
def supervised(tmp_path_factory):
    """A whole installation under its supervisor."""
    with Installation(tmp_path_factory.mktemp("supervised"), MEDIA__LISTEN='["127.0.0.1"]') as made:
        made.supervisor = made.serve("--first-run")
        yield made


def processes(installation: Installation) -> dict[str, psutil.Process]:
    """The supervised processes by what they run."""
    found = {}
    for process in psutil.Process(installation.supervisor.process.pid).children():
        try:
            command = " ".join(process.cmdline())
        except psutil.Error:  # it is dead, and its parent has not looked yet
            continue
        for name, mark in (
            ("web", "palabre_webui"),
            ("media", "services.media"),
            ("worker", "services.worker"),
        ):
            if mark in command:
                found[name] = process
    return found


def wait_for_another(installation: Installation, name: str, old: psutil.Process) -> None:
    """Until a new process of that name runs."""
    wait_until(
        lambda: name in processes(installation) and processes(installation)[name].pid != old.pid,
        20,
        installation.supervisor.log.read_text,
    )


def back(person) -> None:
    """Come back as soon as somebody answers, as a browser does."""
    deadline = time.monotonic() + 30
    while True:
        try:
            person.come_back()
            return
        except Exception:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_after_a_kill_of_web_everybody_is_back_and_nothing_is_lost(supervised, come):
    meeting = supervised.meeting()
    people = [come(meeting, "Léa", role="presenter"), come(meeting, "Sam"), come(meeting, "Kim")]
    lea, sam, kim = people
    sam.act("raise_hand")
    lea.act("chat_send", {"text": "before"})
    seq = lea.ask("since", {"seq": -1})["seq"]
    killed = time.monotonic()
    processes(supervised)["web"].kill()
    for person in people:
        back(person)
    took_s = time.monotonic() - killed
    assert kim.entered["resumed"] is True
    state = kim.state()
    assert [one["name"] for one in state["participants"]] == ["Léa", "Sam", "Kim"]
    assert all(one["connected"] for one in state["participants"])
    assert state["participants"][1]["hand_raised_at"]
    assert [one["text"] for one in state["slices"]["chat"]["messages"]] == ["before"]
    missed = lea.ask("since", {"seq": seq})["events"]
    assert "left" not in [event["kind"] for event in missed]
    print(f"everybody back after {took_s:.1f} s")
    assert took_s < BACK_S


def test_an_act_sent_again_after_the_kill_is_one_act(supervised, come):
    lea = come(supervised.meeting(), "Léa", role="presenter")
    lea.act("chat_send", {"text": "once"}, id="the-same-act")
    processes(supervised)["web"].kill()
    back(lea)
    lea.act("chat_send", {"text": "once"}, id="the-same-act")
    assert len(lea.state()["slices"]["chat"]["messages"]) == 1


def test_a_kill_of_the_worker_changes_nothing_in_the_rooms(supervised, come):
    meeting = supervised.meeting()
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    worker = processes(supervised)["worker"]
    worker.kill()
    sam.act("raise_hand")
    assert lea.heard("hand_raised")
    wait_for_another(supervised, "worker", worker)


def test_a_dead_engine_is_said_in_the_room_and_comes_back_by_itself(supervised, come):
    lea = come(supervised.meeting(), "Léa", role="presenter")
    lea.wait_for(lambda: lea.ask("media", {"method": "join"})["result"] or True, 20)
    processes(supervised)["media"].kill()
    lea.wait_for(lambda: {"event": "lost", "data": {}} in lea.media, 10, "lost")
    assert lea.act("raise_hand")
    lea.wait_for(lambda: {"event": "back", "data": {}} in lea.media, 20, "back")
    assert lea.ask("media", {"method": "join"})["result"]["existing"] is False


def test_the_end_of_the_supervisor_is_the_end_of_all(tmp_path):
    with Installation(tmp_path / "one", MEDIA__LISTEN='["127.0.0.1"]') as made:
        made.supervisor = made.serve("--first-run")
        children = list(processes(made).values())
        assert len(children) == 3
        made.supervisor.process.send_signal(signal.SIGINT)
        assert made.supervisor.process.wait(15) == 0
        assert not any(is_alive(child) for child in children)


def test_a_killed_supervisor_leaves_nothing_behind(tmp_path):
    with Installation(tmp_path / "one", MEDIA__LISTEN='["127.0.0.1"]') as made:
        made.supervisor = made.serve("--first-run")
        children = list(processes(made).values())
        made.supervisor.kill()
        wait_until(lambda: not any(is_alive(child) for child in children), 5)


def test_the_second_start_prints_no_password_and_is_ready_soon(tmp_path):
    with Installation(tmp_path / "one", MEDIA__LISTEN='["127.0.0.1"]') as made:
        began = time.monotonic()
        made.supervisor = made.serve("--first-run")
        print(f"ready after {time.monotonic() - began:.1f} s, load {os.getloadavg()[0]:.0f}")
        log = made.supervisor.log
        wait_until(lambda: "Palabre is ready" in log.read_text(), 5, log.read_text)
        assert "password" not in log.read_text()
        assert f"{made.url}/" in log.read_text()


@pytest.mark.parametrize("which", ["web", "media"])
def test_a_taken_port_is_one_sentence(own_installation, which):
    kind, port, variable = {
        "web": (socket.SOCK_STREAM, own_installation.port, "PALABRE_WEB__PORT"),
        "media": (socket.SOCK_DGRAM, own_installation.udp_port, "PALABRE_MEDIA__UDP_PORT"),
    }[which]
    with socket.socket(type=kind) as taken:
        taken.bind(("127.0.0.1", port))
        if which == "web":
            taken.listen()
        done = own_installation.command("serve")
    assert done.returncode == 1
    assert len((done.stdout + done.stderr).strip().splitlines()) == 1
    assert str(port) in done.stderr
    assert variable in done.stderr


def test_one_service_can_be_run_alone(own_installation):
    web = own_installation.start(PALABRE, "serve", "web", name="web")
    wait_until(lambda: own_installation.answers("/healthz"), 60, web.log.read_text)
    assert web.stop() == 0


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
