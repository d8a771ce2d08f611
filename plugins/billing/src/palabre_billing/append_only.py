"""Tables that only grow."""

from __future__ import annotations

from typing import Any


def only_grows(op: Any, table: str, replaces: str) -> None:
    """Let the database refuse every change and deletion in a table, in a migration.

    :param op: Alembic's operations.
    :param replaces: what makes a new row replace an old one, as SQL about ``NEW``: SQLite's REPLACE calls no trigger of
        deletion.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION billing_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change()"
        )
        return
    refuse = f"SELECT RAISE(ABORT, '{table} only grows: post a correction')"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {replaces}) BEGIN {refuse}; END"
    )
