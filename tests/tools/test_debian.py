"""Packages that the tests need and a machine lacks: named, never passed over."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import debian
from problems import Problem


@pytest.fixture
def _two_of_three_missing(monkeypatch):
    works = {"chromium": lambda: False, "postgresql": lambda: False, "redis-server": lambda: True}
    monkeypatch.setattr(debian, "PACKAGES", works)


@pytest.mark.usefixtures("_two_of_three_missing")
def test_somebody_who_is_not_root_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Problem, match="run 'sudo apt install chromium postgresql', then try again"):
        debian.ensure_packages()


@pytest.mark.usefixtures("_two_of_three_missing")
def test_what_is_installed_and_does_not_work_stops_the_tests(monkeypatch):
    commands = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian, "run", lambda command, problem: commands.append(command))
    with pytest.raises(Problem, match="chromium, postgresql: installed, but does not work"):
        debian.ensure_packages()
    assert [command[1] for command in commands] == ["update", "install"]
    assert commands[1][-2:] == ["chromium", "postgresql"]
