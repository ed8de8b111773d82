"""Dates, times and amounts, as messages carry them; empty text means not given."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from google.protobuf.timestamp_pb2 import Timestamp


def timestamp(moment: datetime | None) -> Timestamp | None:
    """Writes a moment; None stays None, which leaves a field unset."""
    if moment is None:
        return None
    written = Timestamp()
    written.FromDatetime(moment)
    return written


def day_text(day: date | None) -> str:
    """Writes a day as YYYY-MM-DD."""
    return day.isoformat() if day else ""


def decimal_text(value: Decimal) -> str:
    """Writes a decimal with all its digits, never in exponents."""
    return f"{value:f}"
