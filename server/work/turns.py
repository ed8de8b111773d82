"""Turns: the tasks in Procrastinate's queue. Each says that some chunk can be claimed."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException

from server.domain.errors import Unavailable

#: The task and the queue of Procrastinate's that turns are.
TURN = "invoicejobs.turn"
QUEUE = "invoicejobs"


class OfferTurns:
    """Adds turns to Procrastinate's queue, within the transaction that frees the chunks."""

    def __init__(self, window: int) -> None:
        """Takes how many chunks of a job may be in work: it needs no more turns than that."""
        quieten()
        self._window = window
        self._app = App(connector=SyncPsycopgConnector())

    def __call__(self, connection: Any, count: int, not_before: datetime | None = None) -> None:
        """Offers count chunks of a job, from not_before on. Raises Unavailable when it fails."""
        turn = self._app.configure_task(
            TURN, queue=QUEUE, schedule_at=not_before, connection=connection
        )
        try:
            turn.batch_defer(*({} for _ in range(min(count, self._window))))
        except ConnectorException as error:
            raise Unavailable(
                "The database failed while work was put into its queue. Try again later.",
                reason="DATABASE_UNAVAILABLE",
            ) from error


def quieten() -> None:
    """Keeps Procrastinate from telling of every task; what is worth telling we tell ourselves."""
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
