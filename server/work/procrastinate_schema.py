"""Makes Procrastinate's own tables, and brings them to the release that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from procrastinate.schema import SchemaManager


def prepare_queue(connection: Any) -> None:
    """Makes or updates the tables within the caller's transaction, on a psycopg connection.

    Procrastinate notes nowhere what its tables are like, so a comment on one of them names the
    last of its migrations that they have.
    """
    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    row = connection.execute(
        "SELECT name, obj_description(name) FROM to_regclass('procrastinate_jobs') AS name"
    ).fetchone()
    table, made_by = row
    if table is None:
        connection.execute(SchemaManager.get_schema())
    for step in steps:
        # Tables without our comment were made by somebody else, who looks after them.
        if table is not None and made_by is not None and step.name > made_by:
            connection.execute(step.read_text(encoding="utf-8"))
    if table is None or made_by is not None:
        connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{steps[-1].name}'")
