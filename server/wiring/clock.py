"""Gives times and ids."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Gives the time in UTC."""
        return datetime.now(UTC)


def new_id() -> str:
    """Makes an id that nobody can guess."""
    return str(uuid.uuid4())
