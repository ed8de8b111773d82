"""The selection rule in SQL: which orders are due."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    and_,
    case,
    literal,
    or_,
    select,
    tuple_,
)

from server.domain.tenant import Tenant
from server.ports import DueFilter
from server.storage.tables import WAITING, orders

#: How many ids are fetched at once; between two fetches nothing is left open.
_PAGE_SIZE = 1000


def due_orders(connection: Connection, tenant: Tenant, due: DueFilter) -> Iterator[str]:
    """Gives the ids of due orders, by time of creation and id; those without a time last."""
    of_tenant = and_(orders.c.tenant == tenant, WAITING, _is_due(due))
    # Two runs through the index, for databases disagree about where NULL sorts.
    dated = of_tenant & orders.c.created.is_not(None)
    place = (orders.c.created, orders.c.order_id)
    yield from _ids(connection, dated, place)
    undated = of_tenant & orders.c.created.is_(None)
    yield from _ids(connection, undated, (orders.c.order_id,))


def _ids(
    connection: Connection,
    condition: ColumnElement[bool],
    place: tuple[ColumnElement[object], ...],
) -> Iterator[str]:
    """Walks through orders by their place, which ends with the id."""
    query = select(*place).where(condition).order_by(*place).limit(_PAGE_SIZE)
    rows = connection.execute(query).all()
    while rows:
        yield from (row.order_id for row in rows)
        if len(rows) < _PAGE_SIZE:
            return
        rows = connection.execute(query.where(tuple_(*place) > tuple_(*rows[-1]))).all()


def _is_due(due: DueFilter) -> ColumnElement[bool]:
    latest_day: ColumnElement[object] = literal(due.latest_day, Date)
    if due.latest_day_by_site:
        days = {site: literal(day, Date) for site, day in due.latest_day_by_site.items()}
        latest_day = case(days, value=orders.c.site_code, else_=latest_day)
    delivered = or_(
        orders.c.delivery_instant <= due.latest_instant,
        and_(orders.c.delivery_instant.is_(None), orders.c.delivery_day <= latest_day),
    )
    listed = [
        column.in_(values)
        for column, values in (
            (orders.c.status, due.statuses),
            (orders.c.extended_status, due.extended_statuses),
        )
        if values
    ]
    return and_(delivered, *listed)
