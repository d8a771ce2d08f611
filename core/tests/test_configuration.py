"""Reading the configuration: who wins, and the line that a mistake gets."""

import os
from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from palabre.config import Section, Settings, load_settings
from palabre.toolkit import ConfigurationError


class Billing(Section):
    """What things cost."""

    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="Three letters.")
    key: SecretStr | None = Field(None, description="A secret.")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PALABRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(folder):
    def write(text):
        (folder / "palabre.toml").write_text(text)

    return write


def mistakes(*arguments, **keywords):
    with pytest.raises(ConfigurationError) as wrong:
        load_settings(*arguments, **keywords)
    return str(wrong.value).splitlines()


def test_without_a_file_everything_has_a_default():
    settings = load_settings()
    assert settings.web.port == 8000
    assert settings.database_url == "sqlite:///var/palabre.sqlite3"


def test_the_database_is_in_the_data_folder_unless_it_is_elsewhere(monkeypatch):
    monkeypatch.setenv("PALABRE_DATA_DIR", "/srv/palabre")
    assert load_settings().database_url == "sqlite:////srv/palabre/palabre.sqlite3"
    monkeypatch.setenv("PALABRE_DATABASE__URL", "postgresql+psycopg2://palabre@db/palabre")
    assert load_settings().database_url == "postgresql+psycopg2://palabre@db/palabre"


def test_a_variable_wins_over_the_file(write, monkeypatch):
    write("[web]\nport = 8080\nhost = '::1'\n")
    monkeypatch.setenv("PALABRE_WEB__PORT", "9090")
    settings = load_settings()
    assert (settings.web.port, settings.web.host) == (9090, "::1")


def test_a_file_elsewhere_is_named_by_a_variable(folder, monkeypatch):
    (folder / "other.toml").write_text("[web]\nport = 8081\n")
    monkeypatch.setenv("PALABRE_CONFIG", str(folder / "other.toml"))
    assert load_settings().web.port == 8081
    monkeypatch.setenv("PALABRE_CONFIG", "nowhere.toml")
    assert mistakes() == ["nowhere.toml: there is no such file. `palabre init` writes one."]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[web]\nprot = 1", "palabre.toml: web.prot: no such setting. Did you mean web.port?"),
        ("[wbe]\nport = 1", "palabre.toml: wbe: no such setting. Did you mean web?"),
        (
            "[billing]\nx = 1",
            "palabre.toml: billing: no such setting. No installed plugin has such a section.",
        ),
        ("[web]\nport = 0", "palabre.toml: web.port: Input should be greater than or equal to 1 (given: 0)"),
        ("[log]\nlevel = 'loud'", "palabre.toml: log.level: String should match pattern"),
        ("web = 3", "palabre.toml: web: Input should be a valid dictionary"),
        ("[web\n", "palabre.toml: not valid TOML:"),
        (
            "[database]\nurl = 'mysql://root:geheim@db/x'",
            "palabre.toml: database.url: write an address such as",
        ),
        ("[database]\nurl = 'geheim'", "palabre.toml: database.url: write an address such as"),
        ("[turn]\nsecret = 12345", "palabre.toml: turn.secret: Input should be a valid string"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(write, text, line):
    write(text)
    (said,) = mistakes()
    assert said.startswith(line)
    assert "geheim" not in said
    assert "12345" not in said


def test_all_mistakes_are_said_at_once(write):
    write("[web]\nport = 0\nprot = 1\n[turn]\nlifetime_s = 1\n")
    assert len(mistakes()) == 3


def test_a_file_that_is_no_text_is_one_line(folder):
    (folder / "palabre.toml").write_bytes(b"\xff\xfe\x00")
    assert mistakes()[0].startswith("palabre.toml: not valid TOML")


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("PALABRE_WEB__PROT", "1", "PALABRE_WEB__PROT: no such setting. Did you mean PALABRE_WEB__PORT?"),
        ("PALABRE_WEB_PORT", "1", "PALABRE_WEB_PORT: no such setting. Did you mean PALABRE_WEB__PORT?"),
        ("PALABRE_DATADIR", "x", "PALABRE_DATADIR: no such setting. Did you mean PALABRE_DATA_DIR?"),
        ("PALABRE_WEB__PORT", "http", "PALABRE_WEB__PORT: Input should be a valid integer"),
        ("PALABRE_MEDIA__ANNOUNCE", "203.0.113.7", "PALABRE_MEDIA__ANNOUNCE: write a list as JSON, such as"),
        ("PALABRE_MEDIA__ANNOUNCE", '{"a": 1}', "PALABRE_MEDIA__ANNOUNCE: Input should be a valid list"),
    ],
)
def test_a_mistake_in_a_variable_names_the_variable(monkeypatch, variable, value, line):
    monkeypatch.setenv(variable, value)
    (said,) = mistakes()
    assert said.startswith(line)


def test_a_plugin_s_section_is_checked_like_any_other(write, monkeypatch):
    sections = {"billing": Billing}
    write("[billing]\ncurrency = 'CHF'\n")
    assert load_settings(sections=sections).section("billing").currency == "CHF"
    monkeypatch.setenv("PALABRE_BILLING__CURRENCY", "francs")
    assert mistakes(sections=sections)[0].startswith("PALABRE_BILLING__CURRENCY: String should match pattern")
    monkeypatch.setenv("PALABRE_BILLING__CURRENCY", "EUR")
    monkeypatch.setenv("PALABRE_BILLING__CURENCY", "EUR")
    assert mistakes(sections=sections) == [
        "PALABRE_BILLING__CURENCY: no such setting. Did you mean PALABRE_BILLING__CURRENCY?"
    ]


def test_the_section_of_a_plugin_that_is_kept_out_stops_nothing(write, monkeypatch):
    write("[billing]\ncurrency = 'CHF'\n")
    monkeypatch.setenv("PALABRE_BILLING__ANYTHING", "1")
    assert load_settings(ignored=["billing"]).web.port == 8000


def test_secrets_are_not_shown(write):
    write("[turn]\nsecret = 'geheim'\n")
    assert "geheim" not in repr(load_settings())


def test_every_setting_says_what_it_means():
    for section in Settings.model_fields.values():
        for name, field in getattr(section.annotation, "model_fields", {}).items():
            assert field.description, name
    assert Path("palabre.toml").exists() is False
