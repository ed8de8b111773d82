"""How much unfinished work a tenant may have, so that one tenant cannot fill the service."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.errors import LimitExceeded
from server.domain.tenant import Tenant
from server.ports import JobLoad, UnitOfWork

#: After how many seconds a refused request may be worth a new try.
RETRY_AFTER = 10.0


@dataclass(frozen=True, slots=True)
class JobLimits:
    """The most unfinished jobs and PENDING orders of one tenant."""

    running_jobs: int = 100
    waiting_orders: int = 1_000_000

    def check(self, load: JobLoad, orders: int) -> None:
        """Raises LimitExceeded when there is no room for one more job with so many orders.

        A job that has yet to find its orders counts as one of 0: it needs room for one. The load
        must be of the transaction that adds the job.
        """
        if load.jobs >= self.running_jobs:
            raise LimitExceeded(
                f"{load.jobs} jobs of this tenant are not done yet; at most {self.running_jobs} "
                "may be at the same time. Try again when one is done.",
                reason="TOO_MANY_RUNNING_JOBS",
                retry_after=RETRY_AFTER,
            )
        if load.orders + max(orders, 1) > self.waiting_orders:
            raise LimitExceeded(
                f"{load.orders} orders of this tenant wait for their invoices already; with this "
                f"job they would be more than {self.waiting_orders}. Try again when there is room.",
                reason="TOO_MANY_WAITING_ORDERS",
                retry_after=RETRY_AFTER,
            )

    def room(self, unit: UnitOfWork, tenant: Tenant) -> int:
        """Tells how many orders a job of the tenant may add that has yet to add its own.

        At least one, so that each job gets on. Ask in the transaction that adds them.
        """
        return max(self.waiting_orders - unit.jobs.load(tenant).orders, 1)


DEFAULT_LIMITS = JobLimits()
