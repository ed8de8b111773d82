"""Dates, times and amounts, as messages carry them; empty text means not given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from google.protobuf.timestamp_pb2 import Timestamp

from server.domain.errors import InvalidInput


def timestamp(moment: datetime | None) -> Timestamp | None:
    """Writes a moment; None stays None, which leaves a field unset."""
    if moment is None:
        return None
    written = Timestamp()
    written.FromDatetime(moment)
    return written


def moment(written: Timestamp, field: str) -> datetime:
    """Reads a timestamp, to the microsecond. Raises InvalidInput when it is none."""
    try:
        return written.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput.field(field, "must be a time of the years 1 to 9999") from None


def day_text(day: date | None) -> str:
    """Writes a day as YYYY-MM-DD."""
    return day.isoformat() if day else ""


def decimal_text(value: Decimal) -> str:
    """Writes a decimal with all its digits, never in exponents."""
    return f"{value:f}"
