"""Runs the checks and ends with one summary: ``check.py lint unit browser``, or some of the three.

Everything is run, whatever fails before; the status is 0 only when nothing failed. A check that passes is one
line, one that fails shows what it said.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from layout import FRONTEND, ROOT, VENV, distributions
from running import environment

BIN = VENV / "bin"

#: tests that want the machine for themselves: they run one after another
ONE_BY_ONE = ("tests/browser", "tests/install")

_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)")


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float
    #: for pytest, the counts of its last line
    counts: Counter[str]


def lint() -> list[Outcome]:
    """Style, types, layers, dependencies, translations, and the browser modules' types."""
    deptry = [
        _quietly(f"deptry {folder.relative_to(ROOT)}", [BIN / "deptry", "src"], folder=folder)
        for folder in distributions()
    ]
    return [
        _quietly("ruff check", [BIN / "ruff", "check"]),
        _quietly("ruff format", [BIN / "ruff", "format", "--check"]),
        _quietly("mypy", [BIN / "mypy"]),
        _quietly("import-linter", [BIN / "lint-imports", "--no-logo"]),
        *deptry,
        _quietly("translations", [BIN / "python", "tools/translations.py", "check"]),
        _quietly("tsc", ["npm", "run", "--silent", "check"], folder=FRONTEND),
    ]


def unit() -> list[Outcome]:
    """The browser modules' tests in node, and pytest without a browser, on two processes."""
    ignored = [f"--ignore={folder}" for folder in ONE_BY_ONE]
    return [
        _quietly("node tests", ["npm", "run", "--silent", "test"], folder=FRONTEND),
        _pytest("pytest, units", ["--numprocesses=2", "--dist=loadfile", *ignored]),
    ]


def browser() -> list[Outcome]:
    """The tests of whole installations: in real browsers, and of set-up itself."""
    return [_pytest("pytest, whole", list(ONE_BY_ONE))]


def _quietly(name: str, command: Sequence[str | Path], *, folder: Path = ROOT) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    outcome = Outcome(name, done.returncode == 0, time.monotonic() - began, Counter())
    print(_line(outcome), flush=True)
    if not outcome.passed:
        print(done.stdout + done.stderr, flush=True)
    return outcome


def _pytest(name: str, arguments: list[str]) -> Outcome:
    began = time.monotonic()
    last = ""
    with subprocess.Popen(
        [BIN / "python", "-m", "pytest", *arguments],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            if _COUNT.search(line):
                last = line
    counts = Counter({what.rstrip("s"): int(number) for number, what in _COUNT.findall(last)})
    return Outcome(name, running.returncode == 0, time.monotonic() - began, counts)


def _line(outcome: Outcome) -> str:
    return f"{outcome.name:<28} {'ok' if outcome.passed else 'FAILED':<8} {outcome.seconds:6.1f} s"


def _summary(outcomes: list[Outcome]) -> None:
    print("\n" + "\n".join(_line(outcome) for outcome in outcomes))
    if counts := sum((outcome.counts for outcome in outcomes), Counter[str]()):
        seconds = sum(outcome.seconds for outcome in outcomes if outcome.counts)
        total = ", ".join(f"{number} {what}" for what, number in counts.items())
        print(f"== pytest in all: {total} in {seconds:.2f}s ==")
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    print(f"Failed: {', '.join(failed)}." if failed else "Everything passed.")


def main(groups: Sequence[str]) -> int:
    """Run ``groups`` of checks; returns the exit status."""
    known = {"lint": lint, "unit": unit, "browser": browser}
    outcomes = [outcome for group in groups for outcome in known[group]()]
    _summary(outcomes)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
