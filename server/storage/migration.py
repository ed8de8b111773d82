"""Brings a database to the tables that this release works with.

Alembic is imported where it is used: processes that only work on chunks start sooner without it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, make_url

from server.domain.errors import Conflict, NotReady
from server.storage.engine import open_engines
from server.storage.locks import lock_name

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, also: Callable[[Any], None] | None = None) -> None:
    """Applies all migrations that the database lacks, all of them or none.

    also gets the driver's connection, for the tables of others; it must not commit.

    Raises Conflict when the database was made by a newer release, Unavailable when it cannot be
    written, and InvalidInput for a URL that is not supported.
    """
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    # Alembic tells of each step as if it were news, in whatever log the process has.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    engines = open_engines(url, migrates=True)
    try:
        # One transaction from asking to writing: of two processes the second finds it all done.
        with engines.writer.begin() as connection:
            lock_name(connection, "migration")
            _refuse_newer(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if also:
                also(connection.connection.driver_connection)
    finally:
        engines.close()


def refuse_unmigrated(url: str) -> None:
    """Raises NotReady unless the database is there with the tables of this release.

    It changes nothing. Raises Unavailable when the database cannot be read, and InvalidInput for a
    URL that is not supported.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
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
    wanted = _scripts().get_current_head()
    if found != {wanted}:
        raise NotReady(
            f"The database is at version {', '.join(sorted(found)) or 'none'} and this release "
            f"works with {wanted}: run 'invoicejobs migrate' with the newer of both first.",
            reason="DATABASE_NOT_MIGRATED",
        )


def _refuse_newer(connection: Connection) -> None:
    unknown = _versions(connection) - {script.revision for script in _scripts().walk_revisions()}
    if unknown:
        raise Conflict(
            f"The database is at version {', '.join(sorted(unknown))}, which this release does "
            "not know: it was made by a newer one. Start that release, or use another database.",
            reason="DATABASE_TOO_NEW",
        )


def _versions(connection: Connection) -> set[str]:
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    return set(MigrationContext.configure(connection).get_current_heads())


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return ScriptDirectory(str(_MIGRATIONS))
