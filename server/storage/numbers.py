"""The counters of number sequences. Without gaps, because a rollback takes a draw back."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, and_, func, insert, select, update

from server.domain.numbering import NumberSeries
from server.domain.tenant import Tenant
from server.storage.archive_tables import drawn_numbers, drawn_series
from server.storage.copying import copied
from server.storage.dialects import insert_missing
from server.storage.tables import number_counters

# Made once, for to make a statement takes longer than to run it.
_DRAWN_NUMBER = copied(insert(drawn_numbers))


class SqlNumberStore:
    """Keeps the counters of number sequences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def draw(self, tenant: Tenant, series: NumberSeries, count: int) -> range:
        """Draws the next count counter values; fewer when the series ends before.

        They are drawn for good only when the transaction commits: record the invoices in it.
        """
        drawn = self._count(tenant, series, count)
        if drawn:
            # Noted for ever, also when the invoices are deleted after ten years.
            names = {"tenant": tenant, "sequence": series.sequence, "key": series.key}
            rows = [names | {"value": value, "number": series.number(value)} for value in drawn]
            self._connection.execute(_DRAWN_NUMBER, rows)
        return drawn

    def _count(self, tenant: Tenant, series: NumberSeries, count: int) -> range:
        names = {"tenant": tenant, "sequence": series.sequence, "key": series.key}
        counter = and_(*(number_counters.c[name] == value for name, value in names.items()))
        # The update locks the counter, so that the next one who draws waits for our commit.
        draw = (
            update(number_counters)
            .where(counter)
            .values(next_value=number_counters.c.next_value + count)
            .returning(number_counters.c.next_value)
        )
        end: int | None = self._connection.scalar(draw)
        if end is None:
            self._begin(names, series.start_value)
            end = self._connection.execute(draw).scalar_one()
        first = end - count
        if series.max_value is None or end <= series.max_value + 1:
            return range(first, end)
        # Gives back what lies past the end. The counter may be past it already, when the tenant
        # has lowered the end; it never goes back to numbers that were given.
        end = max(first, series.max_value + 1)
        self._connection.execute(update(number_counters).where(counter).values(next_value=end))
        return range(first, end)

    def _begin(self, names: Mapping[str, str], start_value: int) -> None:
        """Makes a counter; where one got lost, it goes on behind the last number that it gave."""
        same = and_(*(drawn_numbers.c[name] == value for name, value in names.items()))
        last = self._connection.scalar(select(func.max(drawn_numbers.c.value)).where(same))
        begin = start_value if last is None else last + 1
        # Two who draw first at the same moment: the second finds the first one's counter.
        insert_missing(self._connection, number_counters, [{**names, "next_value": begin}])
        if last is None:
            began = {**names, "first_value": start_value}
            insert_missing(self._connection, drawn_series, [began])
