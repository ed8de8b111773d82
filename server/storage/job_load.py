"""How much unfinished work there is."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from server.domain.tenant import Tenant
from server.ports import Backlog, JobLoad
from server.storage.locks import lock_name
from server.storage.prepared import Prepared
from server.storage.tables import FREE, HELD, UNFINISHED, chunks, jobs

_PENDING = func.coalesce(
    func.sum(jobs.c.order_count - jobs.c.success_count - jobs.c.failure_count), 0
)
_OF_TENANT = Prepared(
    select(func.count().label("jobs"), _PENDING.label("orders")).where(
        jobs.c.tenant == bindparam("tenant"), UNFINISHED
    )
)


def load_of(connection: Connection, tenant: Tenant) -> JobLoad:
    """Counts a tenant's jobs that are not done, and the orders that wait in them."""
    # Of two who add a job side by side, the second counts the first one's.
    lock_name(connection, "jobs", tenant)
    (found,) = _OF_TENANT.rows(connection, {"tenant": tenant})
    return JobLoad(jobs=found.jobs, orders=int(found.orders))


def backlog_of(connection: Connection) -> Backlog:
    """Counts the unfinished work of all tenants."""
    count, waiting, oldest = connection.execute(
        select(func.count(), _PENDING, func.min(jobs.c.created_at)).where(UNFINISHED)
    ).one()
    free, held = (
        connection.scalar(select(func.count()).select_from(chunks).where(condition)) or 0
        for condition in (FREE, HELD)
    )
    return Backlog(count, int(waiting), oldest, free, held)
