"""Dates, times and amounts, as messages carry them; empty text means not given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from google.protobuf.timestamp_pb2 import Timestamp

from server.domain.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Seconds.
_DAY = 86_400
#: Nanoseconds.
_MICROSECOND = 1000


def timestamp(moment: datetime | None) -> Timestamp | None:
    """Writes a moment; None stays None, which leaves a field unset."""
    if moment is None:
        return None
    # As Timestamp.FromDatetime does in thrice the time.
    since = moment - _EPOCH
    return Timestamp(
        seconds=since.days * _DAY + since.seconds, nanos=since.microseconds * _MICROSECOND
    )


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
