"""The command line as somebody types it: what it says, and the status it ends with."""

import re
import socket
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from palabre.media.forwarder import native


def test_help_lists_the_commands_without_importing_them(terminal):
    said = terminal.palabre("--help")
    assert re.findall(r"^  (\w+)  ", said, re.MULTILINE) == [
        "serve",
        "link",
        "account",
        "plugins",
        "db",
        "init",
        "doctor",
    ]
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from palabre.cli import main; main(['--help'])"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    for heavy in ("sqlalchemy", "pydantic", "alembic", "structlog"):
        assert not re.search(rf"\| +{heavy}$", imported, re.MULTILINE), f"{heavy} is imported for a help text"


@pytest.mark.parametrize("command", ["serve", "link", "account", "plugins", "db", "init", "doctor"])
def test_each_command_explains_itself(terminal, command):
    assert "Usage: palabre" in terminal.palabre(command, "--help")


def test_a_command_that_does_not_exist_is_a_mistake_of_typing(terminal):
    assert "No such command 'upgrade'" in terminal.palabre("upgrade", status=2)


def test_an_upgrade_makes_the_database_and_a_second_one_does_nothing(terminal):
    assert "palabre: upgraded to" in terminal.palabre("db", "upgrade")
    assert "palabre: up to date" in terminal.palabre("db", "upgrade")
    assert (terminal.folder / "var" / "palabre.sqlite3").exists()
    assert terminal.palabre("db", "check") == "The tables are what the code expects.\n"


def test_the_status_shows_what_is_pending(terminal):
    assert re.search(r"^palabre +- +\w+ +[1-9]", terminal.palabre("db", "status"), re.MULTILINE)
    terminal.palabre("db", "upgrade")
    assert re.search(r"^palabre +\w+ +\w+ +0$", terminal.palabre("db", "status"), re.MULTILINE)
    assert not (terminal.folder / "palabre.toml").exists()


def test_looking_makes_no_database(terminal):
    terminal.palabre("plugins")
    terminal.palabre("db", "status")
    terminal.palabre("doctor", status=1)
    assert list(terminal.folder.iterdir()) == []


def test_the_check_says_what_differs(installation):
    with sqlite3.connect(installation.folder / "var" / "palabre.sqlite3") as database:
        database.execute("ALTER TABLE meeting ADD COLUMN colour TEXT")
    assert "palabre: remove_column" in installation.palabre("db", "check", status=1)


def test_plugins_lists_the_core_s_own_and_the_installed(installation):
    said = installation.palabre("plugins")
    assert re.search(r"^chat +core +active", said, re.MULTILINE)
    assert re.search(r"^screen_share +0\.1\.0 +active +room +on", said, re.MULTILINE)


def test_a_feature_is_switched_for_a_tenant(installation):
    with sqlite3.connect(installation.folder / "var" / "palabre.sqlite3") as database:
        database.execute(
            "INSERT INTO tenant (slug, name, class_is_limit, created_at) VALUES ('default', 'D', 0, '2026-01-01')"
        )
    assert "screen_share is off for the tenant default" in installation.palabre(
        "plugins", "disable", "screen_share"
    )
    assert "screen_share is on for the tenant default" in installation.palabre(
        "plugins", "enable", "screen_share"
    )
    assert "There is no feature named poll" in installation.palabre("plugins", "enable", "poll", status=1)
    assert "There is no feature named chat" in installation.palabre("plugins", "disable", "chat", status=1)
    said = installation.palabre("plugins", "disable", "screen_share", "--tenant", "nobody", status=1)
    assert said == "palabre: There is no tenant named nobody.\n"


@pytest.mark.parametrize(
    "command",
    [["plugins", "enable", "screen_share"], ["link", "demo", "--name", "Léa"]],
    ids=" ".join,
)
def test_a_database_that_is_not_there_is_one_sentence(terminal, command):
    assert (
        terminal.palabre(*command, status=1)
        == "palabre: There is no database yet: run `palabre db upgrade`.\n"
    )


def test_an_empty_database_is_one_sentence(terminal):
    (terminal.folder / "var").mkdir()
    sqlite3.connect(terminal.folder / "var" / "palabre.sqlite3").close()
    (terminal.folder / "var" / "palabre.sqlite3").touch()
    said = terminal.palabre("plugins", "enable", "screen_share", status=1)
    assert said == "palabre: The database is not up to date: run `palabre db upgrade`.\n"


def test_a_file_that_is_no_database_is_one_sentence(terminal):
    (terminal.folder / "var").mkdir()
    (terminal.folder / "var" / "palabre.sqlite3").write_bytes(b"a letter, and not a database at all" * 100)
    assert "The database file cannot be used" in terminal.palabre("db", "status", status=1)


def test_a_server_that_does_not_answer_is_one_sentence(terminal):
    url = "postgresql+psycopg2://palabre:geheim@127.0.0.1:1/palabre"
    said = terminal.palabre("db", "upgrade", status=1, PALABRE_DATABASE__URL=url)
    assert said.startswith("palabre: The database cannot be reached:")
    assert "geheim" not in said
    assert len(said.splitlines()) == 1


def test_what_the_core_owns_cannot_be_purged(installation):
    for name in ("palabre", "chat"):
        assert f"{name} belongs to the core" in installation.palabre("db", "purge", name, status=2)


def test_a_purge_of_nothing_says_so(installation):
    said = installation.palabre("db", "purge", "nobody", "--dry-run", status=1)
    assert said == "palabre: The database keeps nothing of nobody.\n"


def test_a_dry_run_takes_nothing_away_and_a_purge_asks_first(installation):
    path = installation.folder / "var" / "palabre.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE gone_thing (id INTEGER)")
        database.execute("INSERT INTO gone_thing VALUES (1)")
    assert installation.palabre("db", "purge", "gone", "--dry-run") == "gone_thing: 1 row\n"
    installation.palabre("db", "purge", "gone", status=130)
    assert "Tables of plugins that are not installed: gone_thing" in installation.palabre("db", "status")
    assert "gone keeps nothing" in installation.palabre("db", "purge", "gone", "--yes")
    assert "gone_thing" not in installation.palabre("db", "status")


def test_a_wrong_configuration_is_one_line_a_mistake_and_status_2(terminal):
    (terminal.folder / "palabre.toml").write_text('[web]\nprot = 80\nport = "http"\n[no_plugin]\nx = 1\n')
    said = terminal.palabre("plugins", status=2)
    assert "palabre.toml: web.prot: no such setting. Did you mean web.port?" in said
    assert "palabre.toml: web.port: Input should be a valid integer" in said
    assert "palabre.toml: no_plugin: no such setting. No installed plugin has such a section." in said


def test_a_misspelt_variable_is_named(terminal):
    said = terminal.palabre("plugins", status=2, PALABRE_WEB__PROT="80")
    assert said == "palabre: PALABRE_WEB__PROT: no such setting. Did you mean PALABRE_WEB__PORT?\n"


def test_init_writes_a_file_that_sets_nothing_and_can_be_read(terminal):
    terminal.palabre("init")
    text = (terminal.folder / "palabre.toml").read_text()
    assert all(section == {} for section in tomllib.loads(text).values())
    terminal.palabre("plugins")
    everything = re.sub(r"^#(\w+ = )", r"\1", text, flags=re.MULTILINE)
    assert tomllib.loads(everything)["web"]["port"] == 8000
    assert terminal.palabre("init", status=1).startswith("palabre: palabre.toml is there already.")
    terminal.palabre("init", "--force")


def test_every_setting_that_init_writes_is_valid_when_uncommented(terminal):
    terminal.palabre("init")
    path = terminal.folder / "palabre.toml"
    lines = [line for line in path.read_text().splitlines() if not line.endswith(' = ""')]
    path.write_text(re.sub(r"^#(\w+ = )", r"\1", "\n".join(lines), flags=re.MULTILINE))
    terminal.palabre("plugins")


def test_the_doctor_says_what_to_do(terminal):
    said = terminal.palabre("doctor", status=1)
    assert "FAILED   database: the tables of palabre are not up to date: run `palabre db upgrade`." in said
    assert "warning  TURN relay: not configured" in said


def test_the_doctor_is_content_with_a_good_installation(installation):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = installation.palabre(
        "doctor",
        PALABRE_MEDIA__UDP_PORT=str(port),
        PALABRE_TURN__URLS='["turn:turn.example.org"]',
        PALABRE_TURN__SECRET="geheim",
    )
    assert "FAILED" not in said
    assert f"UDP {port} is free" in said
    assert "ok       packet path: the compiled part is used" in said
    assert "geheim" not in said


def test_the_doctor_says_when_packets_go_through_python(installation, monkeypatch):
    said = installation.palabre("doctor", PALABRE_MEDIA__NATIVE="off")
    assert "ok       packet path: Python, because media.native is off" in said
    monkeypatch.setattr(native, "missing", "it was not built")
    said = installation.palabre("doctor")
    assert "warning  packet path: Python" in said
    assert "(it was not built): run `sudo apt install gcc libc6-dev libssl-dev" in said


def test_the_doctor_sees_ports_that_are_taken(installation):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as web,
    ):
        media.bind(("0.0.0.0", 0))
        web.bind(("127.0.0.1", 0))
        web.listen()
        ports = {
            "PALABRE_MEDIA__UDP_PORT": str(media.getsockname()[1]),
            "PALABRE_WEB__PORT": str(web.getsockname()[1]),
        }
        said = installation.palabre("doctor", **ports)
    assert f"warning  web port: 127.0.0.1 port {ports['PALABRE_WEB__PORT']} is in use" in said
    assert f"warning  media port: UDP {ports['PALABRE_MEDIA__UDP_PORT']} is in use" in said


def test_the_doctor_reads_out_a_wrong_configuration(terminal):
    said = terminal.palabre("doctor", status=1, PALABRE_WEB__PORT="99999")
    assert "FAILED   configuration: PALABRE_WEB__PORT: Input should be less than or equal to 65535" in said


def test_the_doctor_misses_a_turn_secret(installation):
    said = installation.palabre("doctor", status=1, PALABRE_TURN__URLS='["turn:turn.example.org"]')
    assert "turn.urls is set and turn.secret is not" in said


def test_the_installed_command_ends_with_the_status(tmp_path):
    done = subprocess.run(
        [Path(sys.executable).with_name("palabre"), "plugins", "enable", "screen_share"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "palabre: There is no database yet: run `palabre db upgrade`.\n"
