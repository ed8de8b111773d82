"""Chooses who does the chunks: an SQLite file has an engine of its own, PostgreSQL a shared one.

Whoever keeps an SQLite file needs nothing of Procrastinate, so it is imported where it is used.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

from server.config import Config
from server.domain.errors import InvalidInput
from server.domain.job import Chunk
from server.ports import Clock, Database, Engine, OfferChunks
from server.storage import migrate, server_address
from server.work.local_engine import LocalEngine


def migrate_database(config: Config) -> None:
    """Brings the database to this release, and on PostgreSQL the queue in it.

    Raises what `server.storage.migrate` does.
    """
    if server_address(config.database_url) is None:
        migrate(config.database_url)
        return
    if importlib.util.find_spec("procrastinate") is None:
        raise InvalidInput.field(
            "database URL",
            "names a PostgreSQL database, whose queue is not installed: install it with "
            "pip install 'invoicejobs[postgres]'",
        )
    from server.work.procrastinate_schema import prepare_queue  # noqa: PLC0415

    migrate(config.database_url, prepare_queue)


def offer_chunks(config: Config) -> OfferChunks | None:
    """Gives what puts chunks into the queue; None where the engine finds them by itself."""
    if server_address(config.database_url) is None:
        return None
    from server.work.turns import OfferTurns  # noqa: PLC0415

    return OfferTurns(config.job_window)


def choose_engine(
    config: Config, database: Database, clock: Clock, work: Callable[[Chunk], bool]
) -> Engine:
    """Gives the engine that goes with the database; it is not started yet."""
    threads, window = config.work_processes, config.job_window
    address = server_address(config.database_url)
    if address is None:
        return LocalEngine(database, clock, work, threads=threads, window=window)
    from server.work.procrastinate_engine import ProcrastinateEngine  # noqa: PLC0415

    return ProcrastinateEngine(address, database, clock, work, threads=threads, window=window)
