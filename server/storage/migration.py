"""Brings a database to the tables that this release works with."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.domain.errors import Conflict
from server.storage.engine import open_engines
from server.storage.locks import lock_name

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Applies all migrations that the database lacks, all of them or none.

    Raises Conflict when the database was made by a newer release, Unavailable when it cannot be
    written, and InvalidInput for a URL that is not supported.
    """
    # Alembic tells of each step as if it were news, in whatever log the process has.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    engines = open_engines(url, migrates=True)
    try:
        # One transaction from asking to writing: of two processes the second finds it all done.
        with engines.writer.begin() as connection:
            lock_name(connection, "migration")
            _refuse_newer(connection, ScriptDirectory.from_config(config))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engines.close()


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known
    if unknown:
        raise Conflict(
            f"The database is at version {', '.join(sorted(unknown))}, which this release does "
            "not know: it was made by a newer one. Start that release, or use another database.",
            reason="DATABASE_TOO_NEW",
        )
