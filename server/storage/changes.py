"""News of jobs between processes that share a PostgreSQL database, by its LISTEN and NOTIFY."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from server.domain.errors import Unavailable
from server.storage.engine import Engines

log = logging.getLogger(__name__)

_CHANNEL = "invoicejobs_changes"
#: How often a listener looks whether it is to end, and tries again where the database is away.
_LOOK = 1.0  # seconds


class SharedChanges:
    """Hands news on to all who follow, in whatever process."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._followers: tuple[Callable[[str], None], ...] = ()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def changed(self, job_id: str) -> None:
        """Tells that a job may have changed; nobody hears of it while the database is away."""
        try:
            with self._engines.writer.begin() as connection:
                connection.execute(select(func.pg_notify(_CHANNEL, job_id)))
        except Unavailable as error:
            log.warning("nobody was told that job %s has changed: %s", job_id, error.message)

    def follow(self, tell: Callable[[str], None]) -> None:
        """Calls tell with a job's id whenever one has changed, from a thread of its own."""
        self._followers = (*self._followers, tell)
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="changes", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends listening."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                self._hear()
            except Exception as error:  # noqa: BLE001 - whatever it is, listening must go on
                # Those who watch look by themselves now and then until it is over.
                log.warning("changes of jobs are not heard of: %s", error)
                self._ended.wait(_LOOK)

    def _hear(self) -> None:
        with self._engines.writer.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql(f"LISTEN {_CHANNEL}")
            driver: Any = connection.connection.driver_connection
            try:
                while not self._ended.is_set():
                    for news in driver.notifies(timeout=_LOOK):
                        for tell in self._followers:
                            tell(news.payload)
            finally:
                # One that listens must not go back among those that others use.
                connection.invalidate()
