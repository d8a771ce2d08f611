"""The conformance suite finds planted faults; that a good plugin passes is proven with the tutorial's."""

import os
import subprocess
import sys
import textwrap

import pytest

GOOD = {
    "palabre_urn/__init__.py": """
        from palabre.toolkit import Act, Feature, Nothing, Slice, everyone, hookimpl

        def drop(room, _payload):
            room.append("urn.dropped", {})

        @hookimpl
        def feature():
            return Feature(name="urn", title="Urn", description="Counts what is dropped.", api_version=1)

        @hookimpl
        def room_acts():
            return [Act("urn.drop", Nothing, everyone, drop)]
        """,
    "palabre_urn-1.dist-info/METADATA": """
        Metadata-Version: 2.1
        Name: palabre-urn
        Version: 1
        Requires-Dist: palabre-core<0.2,>=0.1
        """,
    "palabre_urn-1.dist-info/entry_points.txt": """
        [palabre.plugins]
        urn = palabre_urn
        """,
}
MODEL = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from palabre.toolkit import Base

class Ballot(Base):
    __tablename__ = "urn_ballot"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
"""
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

def upgrade():
    op.create_table("urn_ballot", sa.Column("id", sa.Integer(), primary_key=True))

def downgrade():
    pass
"""


def _with(text, replaced):
    for old, new in replaced:
        text = text.replace(old, new)
    return text


@pytest.fixture
def failures(tmp_path):
    """Names of the suite's tests that a plugin fails; faults are texts that replace others, or files."""

    def failures(*replaced, **files):
        for path, text in {**GOOD, **files}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_with(textwrap.dedent(text).lstrip(), replaced))
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--palabre-plugin",
                "urn",
                "-rfE",
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        found = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        assert found or " passed" in done.stdout, done.stdout + done.stderr
        return {line.split("::")[1].split("[")[0].split(" ")[0] for line in found}

    return failures


def test_a_good_plugin_passes(failures):
    assert failures() == set()


def test_each_careless_thing_is_found_by_the_test_for_it(failures):
    found = failures(
        ("Counts what is dropped.", "urn"),
        ("palabre-core<0.2,>=0.1", "palabre-core"),
        ('room.append("urn.dropped", {})', "raise Refused('no', _('No.')) if room.actor.floor else 1 / 0"),
        ("everyone, hookimpl\n", "everyone, Refused, gettext as _, hookimpl\n"),
        **{"palabre_urn/__init__.py": textwrap.dedent(GOOD["palabre_urn/__init__.py"]) + MODEL},
    )
    assert found == {
        "test_it_presents_itself_in_every_language",
        "test_it_says_which_core_it_works_with",
        "test_no_payload_makes_an_act_fail",
        "test_every_sentence_is_translated",
        "test_its_tables_have_migrations",
        "test_its_migrations_go_there_and_back",
        "test_its_foreign_keys_lead_to_itself_or_the_core",
    }


def test_a_hook_that_fails_and_migrations_that_leave_something_are_found(failures):
    source = textwrap.dedent(GOOD["palabre_urn/__init__.py"]) + MODEL
    found = failures(
        ("return [Act(", "return [1 / 0, Act("),
        ('"meeting.id"', '"meeting.id", ondelete="CASCADE"'),
        **{"palabre_urn/__init__.py": source, "palabre_urn/migrations/versions/a.py": MIGRATION},
    )
    assert found >= {
        "test_a_meeting_goes_well_when_it_is_switched_on",
        "test_its_migrations_go_there_and_back",
    }
    assert "test_its_tables_have_migrations" not in found


def test_a_plugin_that_is_not_installed_is_said_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--palabre-plugin", "nobody"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "No plugin nobody is installed" in done.stdout
