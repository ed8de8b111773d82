"""Long lists in pieces: ids going in, pages coming out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Row

from server.domain.errors import InvalidInput
from server.ports import Page

T = TypeVar("T")

#: A row of any query.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

#: The most ids in one statement; SQLite's own limit of variables is 999 in old releases.
BATCH_SIZE = 500
#: Rows of one statement that writes.
INSERTED_AT_ONCE = 10_000

#: A key of a table, and no number that a database could not hold.
_KEY = re.compile(r"[1-9][0-9]{0,17}")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_batches(items: Sequence[T], size: int = BATCH_SIZE) -> Iterator[Sequence[T]]:
    """Cuts items into pieces of at most size."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


def key_of(cursor: str) -> int:
    """Reads the cursor of a list that is paged by key. Raises InvalidInput when it is none."""
    if not _KEY.fullmatch(cursor):
        raise _foreign_token()
    return int(cursor)


def moment_and_key_of(cursor: str) -> tuple[datetime, int]:
    """Reads the cursor of a list that is paged by time and key. Raises InvalidInput."""
    moment, _, key = cursor.partition("-")
    try:
        return _EPOCH + timedelta(microseconds=key_of(moment)), key_of(key)
    except OverflowError:  # after the year 9999
        raise _foreign_token() from None


def moment_cursor(moment: datetime, key: int) -> str:
    """Makes the cursor of a list that is paged by time and key."""
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{key}"


def page_of(
    rows: Sequence[AnyRow],
    limit: int,
    item: Callable[[AnyRow], T],
    cursor: Callable[[AnyRow], object],
) -> Page[T]:
    """Makes a page of the first limit rows; one row more tells that another page follows."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(
        items=tuple(item(row) for row in shown),
        next_cursor=str(cursor(shown[-1])) if more else None,
    )


def _foreign_token() -> InvalidInput:
    return InvalidInput.field(
        "page_token", "was not given by this list: use the token of the page before, unchanged"
    )
