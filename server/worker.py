"""Runs a worker process: jobs are worked on, but nobody is served."""

from __future__ import annotations

import logging
import signal
import socket

from server.config import Config
from server.domain.errors import InvalidInput
from server.storage import server_address
from server.wiring.inside import open_service
from server.wiring.observing import observing

log = logging.getLogger(__name__)


def work(config: Config) -> None:
    """Works on jobs until SIGTERM or SIGINT, beside servers and other workers.

    Raises InvalidInput when the database or the settings do not allow for that.
    """
    if server_address(config.database_url) is None:
        raise InvalidInput.field(
            "INVOICEJOBS_DATABASE_URL",
            "must name a PostgreSQL database for a worker process; with an SQLite file the server "
            "does all the work",
        )
    if not config.work_processes:
        raise InvalidInput.field("INVOICEJOBS_WORK_PROCESSES", "must be at least 1 for a worker")
    told, tell = socket.socketpair()
    with told, tell:
        _tell_of_signals(tell)
        try:
            _work_until_told(config, told)
        finally:
            signal.set_wakeup_fd(-1)


def _tell_of_signals(tell: socket.socket) -> None:
    # The kernel may hand a signal to any thread, and Python calls handlers in the main thread only,
    # when that runs next: waiting for a lock, it never would. This byte comes from any thread.
    tell.settimeout(0)
    signal.set_wakeup_fd(tell.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _work_until_told(config: Config, told: socket.socket) -> None:
    with (
        observing(config, "invoicejobs-worker", tells_of_queue=False) as observer,
        open_service(config, observer) as service,
    ):
        service.start_work()
        log.info("working on jobs")
        told.recv(1)
        log.info("stopping: running steps have %d seconds to end", config.stop_grace)
        if not service.engine.stop(config.stop_grace):
            log.warning("some steps of jobs were not finished; other workers take them over")
