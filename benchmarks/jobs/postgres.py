"""A PostgreSQL server that keeps what it was given: the tests' one does not sync."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.postgres import PostgresServer, shared_server

#: What the tests switch off, back at PostgreSQL's own defaults.
_DURABLE: Final = ("fsync", "full_page_writes", "autovacuum")


@contextmanager
def durable_server(home: Path) -> Iterator[PostgresServer]:
    """Starts a server with PostgreSQL's own settings, and throws it away afterwards."""
    with shared_server(home) as server:
        for setting in _DURABLE:
            server.run(f"ALTER SYSTEM SET {setting} = on")
        server.run("SELECT pg_reload_conf()")
        yield server


def main_process(server: PostgresServer) -> int:
    """Gives the id of the process that all others of the server come from."""
    return int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
