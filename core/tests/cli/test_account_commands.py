"""Accounts from the command line."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

PASSWORD = "four words are enough"


@pytest.fixture
def sam(installation):
    installation.palabre("account", "create", "sam@example.org", "--password-stdin", typed=f"{PASSWORD}\n")


def rows(installation, query):
    with sqlite3.connect(installation.folder / "var" / "palabre.sqlite3") as database:
        return database.execute(query).fetchall()


def write(installation, statement):
    with sqlite3.connect(installation.folder / "var" / "palabre.sqlite3") as database:
        database.execute(statement)


def test_an_account_is_made_confirmed_with_the_password_of_standard_input(installation):
    options = ["--name", "Léa Martin", "--language", "fr", "--time-zone", "Europe/Paris", "--password-stdin"]
    said = installation.palabre("account", "create", " Lea@Example.org ", *options, typed=f"{PASSWORD}\n")
    assert said == "lea@example.org can sign in.\n"
    kept, *rest = rows(installation, "SELECT name, language, time_zone, is_operator FROM account")[0]
    assert (kept, *rest) == ("Léa Martin", "fr", "Europe/Paris", 0)
    ((hashed, confirmed),) = rows(installation, "SELECT password_hash, confirmed_at FROM account")
    assert PasswordHasher().verify(hashed, PASSWORD)
    assert confirmed


def test_an_operator_is_made_or_promoted(installation, sam):
    options = ["--operator", "--password-stdin"]
    said = installation.palabre("account", "create", "op@example.org", *options, typed=PASSWORD)
    assert said == "op@example.org can sign in, and is an operator.\n"
    assert (
        installation.palabre("account", "promote", "sam@example.org") == "sam@example.org is an operator.\n"
    )
    assert rows(installation, "SELECT count(*) FROM account WHERE is_operator") == [(2,)]
    said = installation.palabre("account", "promote", "sam@example.org", status=1)
    assert said == "palabre: The account sam@example.org is an operator already.\n"


def test_disabling_signs_out_everywhere_and_enabling_lets_in_again(installation, sam):
    write(
        installation,
        "INSERT INTO account_session (public_id, tenant_id, account_id, key_hash, user_agent, address, created_at,"
        " last_seen_at) SELECT 'x', tenant_id, id, 'h', '', '', '2026-01-01', '2026-01-01' FROM account",
    )
    before = rows(installation, "SELECT sign_in_key FROM account")
    said = installation.palabre("account", "disable", "sam@example.org")
    assert said == "sam@example.org is disabled, and signed out everywhere.\n"
    assert rows(installation, "SELECT count(*) FROM account_session WHERE ended_at IS NULL") == [(0,)]
    assert rows(installation, "SELECT sign_in_key FROM account") != before
    said = installation.palabre("account", "disable", "sam@example.org", status=1)
    assert said == "palabre: The account sam@example.org is disabled already.\n"
    said = installation.palabre("account", "promote", "sam@example.org", status=1)
    assert said == "palabre: The account sam@example.org is disabled.\n"
    assert (
        installation.palabre("account", "enable", "sam@example.org") == "sam@example.org can sign in again.\n"
    )
    said = installation.palabre("account", "enable", "sam@example.org", status=1)
    assert said == "palabre: The account sam@example.org is not disabled.\n"


@pytest.mark.parametrize("command", ["promote", "disable", "enable"])
def test_an_account_that_does_not_exist_is_one_sentence(installation, sam, command):
    said = installation.palabre("account", command, "nobody@example.org", status=1)
    assert said == "palabre: There is no account with the address nobody@example.org.\n"
    said = installation.palabre("account", command, "sam@example.org", "--tenant", "other", status=1)
    assert said == "palabre: There is no tenant named other.\n"


@pytest.mark.parametrize(
    ("arguments", "typed", "said", "status"),
    [
        (["sam@example.org"], PASSWORD, "There is an account with the address sam@example.org already.", 1),
        (["sam"], PASSWORD, "sam is not an e-mail address.", 1),
        (["lea@example.org"], "short", "Choose a password of at least 10 characters.", 1),
        (["lea@example.org"], "", "There is no password on standard input.", 2),
        (
            ["lea@example.org", "--time-zone", "Mars/Base"],
            PASSWORD,
            "there is no time zone named Mars/Base.",
            2,
        ),
        (["lea@example.org", "--language", "tlh"], PASSWORD, "'tlh' is not one of 'en', 'fr'.", 2),
        (["lea@example.org", "--tenant", "other"], PASSWORD, "There is no tenant named other.", 1),
    ],
)
def test_what_cannot_be_made_is_said_and_makes_nothing(installation, sam, arguments, typed, said, status):
    answer = installation.palabre(
        "account", "create", *arguments, "--password-stdin", typed=typed, status=status
    )
    assert said in answer
    assert rows(installation, "SELECT count(*) FROM account") == [(1,)]


def test_nobody_is_asked_where_there_is_no_terminal(installation):
    said = installation.palabre("account", "create", "lea@example.org", typed=PASSWORD, status=2)
    assert "give it with --password-stdin" in said


def test_a_password_is_no_argument(installation):
    assert "No such option" in installation.palabre(
        "account", "create", "lea@example.org", "--password", PASSWORD, status=2
    )


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(installation):
    palabre = Path(sys.executable).with_name("palabre")
    master, slave = pty.openpty()
    # A process that leads its session and opens a terminal has it as its own: there the password is typed.
    running = subprocess.Popen(
        [
            "sh",
            "-c",
            'exec "$@" <"$0" >"$0" 2>&1',
            os.ttyname(slave),
            palabre,
            "account",
            "create",
            "lea@example.org",
        ],
        cwd=installation.folder,
        start_new_session=True,
    )
    said = _until(master, "Password: ")
    os.close(slave)
    os.write(master, f"{PASSWORD}\n".encode())
    said += _until(master, "The same again: ")
    os.write(master, f"{PASSWORD}\n".encode())
    said += _until(master, "can sign in.")
    assert running.wait(timeout=20) == 0
    os.close(master)
    assert PASSWORD not in said


def _until(terminal, wanted):
    said = ""
    while wanted not in said:
        said += os.read(terminal, 1000).decode()
    return said
