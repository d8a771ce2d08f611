"""Alembic's environment, the core's and every plugin's. ``palabre.migrations.runner`` gives it what it needs."""

from __future__ import annotations

from typing import Any

from alembic import context

from palabre.migrations.rendering import render_item
from palabre.model import Base

owner = context.config.attributes["owner"]


def include_object(found: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Only the owner's own tables, and what is in them."""
    table = name if kind == "table" else getattr(getattr(found, "table", None), "name", None)
    return table is None or owner.owns(table)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=owner.version_table,
    include_object=include_object,
    render_item=render_item,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
