"""Brings a database to the tables that this release works with.

Alembic is imported only where there is something to apply: without it a server starts sooner.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, make_url

from server.domain.errors import Conflict, NotReady
from server.storage.engine import open_engines
from server.storage.locks import lock_name

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, also: Callable[[Any], None] | None = None) -> None:
    """Applies all migrations that the database lacks, all of them or none.

    also gets the driver's connection, for the tables of others; it must not commit.

    Raises Conflict when the database was made by a newer release, Unavailable when it cannot be
    written, and InvalidInput for a URL that is not supported.
    """
    known = _known_versions()
    engines = open_engines(url, migrates=True)
    try:
        # One transaction from asking to writing: of two processes the second finds it all done.
        with engines.writer.begin() as connection:
            lock_name(connection, "migration")
            found = _versions(connection)
            if unknown := found - set(known):
                raise _too_new(unknown)
            if found != {known[-1]}:
                _upgrade(connection)
            if also:
                also(connection.connection.driver_connection)
    finally:
        engines.close()


def refuse_unmigrated(url: str) -> None:
    """Raises NotReady unless the database is there with the tables of this release.

    It changes nothing. Raises Unavailable when the database cannot be read, and InvalidInput for a
    URL that is not supported.
    """
    place = make_url(url)
    if place.drivername.startswith("sqlite") and not Path(place.database or "").is_file():
        raise NotReady(
            f"There is no database at {place.database}. Set INVOICEJOBS_DATA_DIR or "
            "INVOICEJOBS_DATABASE_URL as for the server.",
            reason="DATABASE_MISSING",
        )
    engines = open_engines(url)
    try:
        with engines.reader.begin() as connection:
            found = _versions(connection)
    finally:
        engines.close()
    wanted = _known_versions()[-1]
    if found != {wanted}:
        raise NotReady(
            f"The database is at version {', '.join(sorted(found)) or 'none'} and this release "
            f"works with {wanted}: run 'invoicejobs migrate' with the newer of both first.",
            reason="DATABASE_NOT_MIGRATED",
        )


def _known_versions() -> list[str]:
    """Gives the versions that this release knows, the newest last: their files begin with them."""
    files = (_MIGRATIONS / "versions").glob("*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _versions(connection: Connection) -> set[str]:
    """Reads what Alembic notes of the database."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def _upgrade(connection: Connection) -> None:
    # Alembic tells of each of its steps and plugins as if it were news, in whatever log there is.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _too_new(unknown: set[str]) -> Conflict:
    return Conflict(
        f"The database is at version {', '.join(sorted(unknown))}, which this release does "
        "not know: it was made by a newer one. Start that release, or use another database.",
        reason="DATABASE_TOO_NEW",
    )
