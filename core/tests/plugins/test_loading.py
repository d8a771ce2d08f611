"""Loading what is installed: in order, each guarded, the rest runs."""

import sys
from importlib.metadata import EntryPoint

import pytest

from palabre.application import make_host
from palabre.hookspecs import features
from palabre.model import Base
from palabre.plugins import loading
from palabre.plugins.health import State

FEATURE = """
from palabre.toolkit import Feature, hookimpl

@hookimpl
def feature():
    return Feature(name={name!r}, title="T", description="D.", api_version={api})
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install plugins: packages on the path, and the entry points that name them."""
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    tables = set(Base.metadata.tables)

    def entry_points(*, group):
        return found if group == "palabre.plugins" else []

    monkeypatch.setattr(loading, "entry_points", entry_points)

    def install(name, more="", *, api=1, names_itself=None):
        (tmp_path / f"palabre_{name}.py").write_text(
            FEATURE.format(name=names_itself or name, api=api) + more
        )
        found.append(EntryPoint(name, f"palabre_{name}", "palabre.plugins"))

    yield install
    for entry_point in found:
        sys.modules.pop(entry_point.value, None)
    for name in set(Base.metadata.tables) - tables:
        Base.metadata.remove(Base.metadata.tables[name])


@pytest.fixture
def load():
    def load():
        host = make_host()
        loading.load_installed(host)
        return host

    return load


def reason(host, name):
    assert host.health[name].state is State.QUARANTINED
    assert name not in [feature.name for feature in host.features()]
    return host.health[name].reason


def test_plugins_are_loaded_in_the_order_of_their_names(install, load):
    for name in ("yellow", "green", "blue"):
        install(name)
    assert [feature.name for feature in load().features()] == ["blue", "green", "yellow"]


def test_a_plugin_that_cannot_be_imported_is_kept_out_and_the_others_run(install, load):
    install("broken", "raise RuntimeError('no such device')")
    install("sound")
    host = load()
    assert reason(host, "broken") == "it cannot be imported: RuntimeError: no such device"
    assert [feature.name for feature in host.features()] == ["sound"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("import a_module_that_nobody_has", "it cannot be imported: ModuleNotFoundError"),
        ("def broken(", "it cannot be imported: SyntaxError"),
        ("raise SystemExit(3)", "it cannot be imported: SystemExit: 3"),
        ("@hookimpl\ndef no_such_hook(): ...", "there is no hook no_such_hook."),
        ("@hookimpl\nasync def room_acts(): ...", "its hook room_acts is an async function"),
        ("feature = hookimpl(lambda: 1 / 0)", "it cannot be imported: ZeroDivisionError"),
        ("feature = hookimpl(lambda: 'a text')", "its hook feature() returned 'a text' and not a Feature"),
    ],
)
def test_each_fault_is_one_sentence(install, load, more, sentence):
    install("faulty", more)
    assert reason(load(), "faulty").startswith(sentence)


def test_a_plugin_for_another_contract_is_kept_out(install, load):
    install("older", api=0)
    assert "was written for version 0 of the hook contract" in reason(load(), "older")


def test_a_plugin_that_names_itself_otherwise_is_kept_out(install, load):
    install("poll", names_itself="vote")
    host = load()
    assert reason(host, "poll") == "it is installed as poll and names itself vote"
    assert "vote" not in host.health


def test_a_table_without_a_model_is_found_too(install, load):
    install(
        "ballots",
        "import sqlalchemy\nfrom palabre.toolkit import Base\nsqlalchemy.Table('votes', Base.metadata)",
    )
    assert reason(load(), "ballots").startswith("its table votes must be named ballots_votes")


def test_tables_with_the_plugin_s_name_are_fine(install, load):
    install(
        "urns",
        "import sqlalchemy\nfrom palabre.toolkit import Base\nsqlalchemy.Table('urns_votes', Base.metadata)",
    )
    assert [feature.name for feature in load().features()] == ["urns"]


def test_nothing_of_a_plugin_that_is_kept_out_is_asked(install, load):
    install("broken", "@hookimpl\ndef settings(): 1/0\n@hookimpl\nasync def room_acts(): ...")
    assert load().collect(features.settings) == []
