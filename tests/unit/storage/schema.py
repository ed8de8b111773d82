"""Reads what tables, columns, indexes and constraints a database has."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import psycopg

_POSTGRESQL = """
SELECT 'column', table_name || '.' || column_name,
       concat_ws(' ', data_type, collation_name, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""


def schema_of(url: str) -> dict[tuple[str, str], list[str]]:
    """Gives the definition of each thing by kind and name, without Alembic's own table."""
    rows = _of_file(url) if url.startswith("sqlite") else _of_server(url)
    return {
        # Which constraint of a table is written first means nothing, nor which line a column that
        # was added later stands on.
        (kind, name): sorted(filter(None, map(str.strip, re.split(r"[,\n]", definition))))
        for kind, name, definition in rows
        if not name.startswith(("sqlite_", "alembic_version"))
    }


def _of_file(url: str) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        query = "SELECT type, name, coalesce(sql, '') FROM sqlite_master"
        return connection.execute(query).fetchall()


def _of_server(url: str) -> list[tuple[str, str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute(_POSTGRESQL).fetchall()
