"""Reads what is known of number sequences: their counters, and the numbers that these gave."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    tuple_,
)

from server.domain.tenant import Tenant
from server.ports.archive_stores import Counter, DrawnNumber
from server.storage.archive_tables import deleted_invoices, drawn_numbers, drawn_series
from server.storage.tables import invoices, number_counters

#: Stands between the two texts in the name of a counter that was given none.
_BETWEEN = "\x1f"
#: Rows of a long list that are fetched at once.
_FETCH = 1000


def counters_of(connection: Connection, tenant: Tenant) -> list[Counter]:
    """Lists a tenant's counters, also those of which only the series or the numbers are left."""
    first = _values(connection, tenant, drawn_series, "first_value")
    following = _values(connection, tenant, number_counters, "next_value")
    names = {*first, *following, *_series_drawn(connection, tenant)}
    return [Counter(*name, first.get(name), following.get(name)) for name in sorted(names)]


def _values(
    connection: Connection, tenant: Tenant, table: Table, column: str
) -> dict[tuple[str, str], int]:
    query = select(table.c.sequence, table.c.key, table.c[column]).where(table.c.tenant == tenant)
    return {(sequence, key): value for sequence, key, value in connection.execute(query)}


def _series_drawn(connection: Connection, tenant: Tenant) -> Iterator[tuple[str, str]]:
    """Gives the sequences and keys of drawn numbers by jumping from one to the next."""
    names = drawn_numbers.c.sequence, drawn_numbers.c.key
    query = select(*names).where(drawn_numbers.c.tenant == tenant).order_by(*names).limit(1)
    found = connection.execute(query).first()
    while found is not None:
        yield found.sequence, found.key
        behind = tuple_(*names) > tuple_(found.sequence, found.key)
        found = connection.execute(query.where(behind)).first()


def numbers_drawn(
    connection: Connection, tenant: Tenant, counter: Counter, after: int | None, limit: int
) -> list[DrawnNumber]:
    """Lists the counter's numbers by value, beginning behind the value after."""
    borne = or_(
        *(
            exists().where(
                table.c.tenant == drawn_numbers.c.tenant,
                table.c.number == drawn_numbers.c.number,
            )
            for table in (invoices, deleted_invoices)
        )
    )
    query = select(drawn_numbers.c.value, drawn_numbers.c.number, borne).where(
        drawn_numbers.c.tenant == tenant,
        drawn_numbers.c.sequence == counter.sequence,
        drawn_numbers.c.key == counter.key,
    )
    if after is not None:
        query = query.where(drawn_numbers.c.value > after)
    rows = connection.execute(query.order_by(drawn_numbers.c.value).limit(limit))
    return [DrawnNumber(value, number, bool(found)) for value, number, found in rows]


def numbers_never_drawn(connection: Connection, tenant: Tenant, limit: int) -> list[str]:
    """Lists numbers of invoices that no counter gave, as far as is known.

    Of a counter with a name of its own that is older than the records of drawn numbers nobody
    knows what it gave; then only those count that fit the texts around another counter.
    """
    counters = counters_of(connection, tenant)
    drawn = select(drawn_numbers.c.number).where(drawn_numbers.c.tenant == tenant)
    borne = select(invoices.c.number).where(invoices.c.tenant == tenant)
    if not any(c.first_value is None and _BETWEEN not in c.key for c in counters):
        return list(connection.scalars(borne.except_(drawn).limit(limit)))
    others = [_text(counter) for counter in counters if _BETWEEN in counter.key]
    fitting = borne.where(or_(false(), *(each.is_around(invoices.c.number) for each in others)))
    streaming = connection.execution_options(yield_per=_FETCH)
    with streaming.scalars(fitting.except_(drawn)) as numbers:
        found = (number for number in numbers if any(each.gave(number) for each in others))
        return list(islice(found, limit))


class _Text(NamedTuple):
    """The texts around a counter's numbers, and the value it gives next."""

    pre: str
    post: str
    next_value: int | None

    def is_around(self, number: ColumnElement[str]) -> ColumnElement[bool]:
        """Makes the condition that a number has these texts around something."""
        begins = func.substr(number, 1, len(self.pre)) == self.pre
        ends = func.substr(number, func.length(number) - len(self.post) + 1) == self.post
        return and_(begins, ends, func.length(number) > len(self.pre) + len(self.post))

    def gave(self, number: str) -> bool:
        """Tells whether what is between is a value that the counter has passed."""
        digits = number[len(self.pre) : len(number) - len(self.post)]
        if not (digits.isascii() and digits.isdigit()):
            return False
        return self.next_value is None or int(digits) < self.next_value


def _text(counter: Counter) -> _Text:
    pre, _, post = counter.key.partition(_BETWEEN)
    return _Text(pre, post, counter.next_value)
