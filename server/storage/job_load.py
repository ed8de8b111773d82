"""How much unfinished work a tenant has."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from server.domain.tenant import Tenant
from server.ports import JobLoad
from server.storage.locks import lock_name
from server.storage.tables import UNFINISHED, jobs


def load_of(connection: Connection, tenant: Tenant) -> JobLoad:
    """Counts a tenant's jobs that are not done, and the orders that wait in them."""
    # Of two who add a job side by side, the second counts the first one's.
    lock_name(connection, "jobs", tenant)
    done = jobs.c.success_count + jobs.c.failure_count
    count, waiting = connection.execute(
        select(func.count(), func.coalesce(func.sum(jobs.c.order_count - done), 0)).where(
            jobs.c.tenant == tenant, UNFINISHED
        )
    ).one()
    return JobLoad(jobs=count, orders=int(waiting))
