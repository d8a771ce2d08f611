"""What the operator does at a terminal."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from palabre.toolkit import Refused
from palabre_billing.cli import billing


@pytest.fixture
def run(application, account):
    def run(*arguments):
        done = CliRunner().invoke(billing, arguments, obj=application)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


BECAUSE = ("--reason", "welcome", "--author", "an operator")


def test_credits_are_given_taken_corrected_and_listed(run, has):
    said = run("give", "Lea@example.org", "10", *BECAUSE).output
    assert "lea@example.org has 10 credits." in said
    number = re.search(r"Movement (\d+)", said)[1]
    assert "has 7 credits" in run("take", "lea@example.org", "3", *BECAUSE).output
    assert run("balances").output.split() == ["7", "lea@example.org"]
    with pytest.raises(Refused) as refused:
        run("correct", number, *BECAUSE)
    assert refused.value.code == "not_enough_credits"
    run("correct", number, "--may-owe", *BECAUSE)
    assert has() == -3


def test_a_command_that_is_repeated_with_its_key_is_done_once(run, has):
    for _again in range(2):
        run("give", "lea@example.org", "10", "--key", "june", *BECAUSE)
    assert has() == 10


@pytest.mark.parametrize(
    "arguments", [("lea@example.org", "0"), ("lea@example.org", "-5"), ("lea@example.org", "1.5")]
)
def test_an_amount_that_is_none_is_refused(run, has, arguments):
    assert run("give", *BECAUSE, "--", *arguments).exit_code == 2
    assert has() == 0


def test_verify_prints_what_it_checked_and_what_is_wrong(run, application):
    run("give", "lea@example.org", "10", *BECAUSE)
    said = run("verify")
    assert (said.exit_code, said.output.splitlines()[-1]) == (0, "Every invariant holds.")
    assert re.search(r"^ok +1  the entries of each transaction sum to zero$", said.output, re.MULTILINE)
    with application.db.transaction() as session:
        for kind in ("update", "delete") if application.db.is_sqlite else ("change",):
            on = "" if application.db.is_sqlite else " ON billing_entry"
            session.execute(text(f"DROP TRIGGER billing_entry_no_{kind}{on}"))
        session.execute(text("UPDATE billing_entry SET credits = 11 WHERE credits = 10"))
    said = run("verify")
    assert said.exit_code == 1
    assert "2 entries with the sum 1" in said.output
    assert "trigger" in said.output


def test_prices_and_terms_are_shown_and_set(run):
    assert "     2  room.M" in run("prices").output
    said = run("prices", "--set", "room.M=4", "--free-hours", "2", "--author", "an operator").output
    assert said.startswith("List 1, 2 free hours a month.")
    assert "     4  room.M" in said
    assert run("prices", "--set", "room.M=5", "--author", "an operator").output.startswith("List 2, 2 free")
    for odd in ("room.Z=1", "room=1", "room.M", "room.M=-1", "=3", "room.M=x"):
        assert run("prices", "--set", odd).exit_code == 2
    assert "stops" in run("terms").output
    assert "down to a debt of 10 credits" in run("terms", "--debt", "10").output
    assert run("terms", "--stop", "--debt", "3").exit_code == 2
    with pytest.raises(Refused):
        run("terms", "--debt", "-1")
