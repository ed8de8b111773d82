"""Starts a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.errors import InvalidInput, NotReady
from server.domain.job import ChunkKind, Job, JobType, id_problem
from server.domain.numbering import open_series
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports import Clock, Database, RememberedRequest
from server.service.requests import check_request_id, fingerprint_of, first_result


@dataclass(frozen=True, slots=True)
class CreateJob:
    """Records a job, its orders and its chunks in one transaction, then wakes the workers."""

    database: Database
    clock: Clock
    new_id: Callable[[], str]
    wake: Callable[[], None]
    max_orders: int
    chunk_size: int

    def __call__(
        self, tenant: Tenant, job_type: JobType, order_ids: Sequence[str], request_id: str = ""
    ) -> Job:
        """Creates a job, or finds the one that the request id already stands for.

        Raises InvalidInput for wrong ids, NotReady when the settings lack what the job needs,
        Conflict when the request id stands for another request.
        """
        order_ids = self._checked(job_type, order_ids)
        check_request_id(request_id)
        fingerprint = fingerprint_of(job_type, *order_ids)
        now = self.clock.now()
        with self.database.write() as unit:
            job_id = first_result(unit, tenant, request_id, fingerprint, now)
            first = unit.jobs.get(tenant, job_id) if job_id else None
            if first is not None:
                return first
            _check_settings(unit.settings.get(tenant), job_type, now)
            job = Job(self.new_id(), tenant, job_type, created_at=now)
            unit.jobs.add(job)
            if job_type == JobType.MANUAL:
                count = len(order_ids)
                unit.jobs.add_orders(job.job_id, 0, order_ids)
                unit.chunks.add(job.job_id, tenant, ChunkKind.ORDERS, 0, count, self.chunk_size)
            else:
                unit.chunks.add(job.job_id, tenant, ChunkKind.PLAN, 0, 0, self.chunk_size)
            if request_id:
                unit.requests.remember(
                    tenant, request_id, RememberedRequest(job.job_id, fingerprint, now)
                )
            created = unit.jobs.get(tenant, job.job_id)
            unit.commit()
        self.wake()
        assert created is not None  # noqa: S101 - it was added in this transaction
        return created

    def _checked(self, job_type: JobType, order_ids: Sequence[str]) -> list[str]:
        if job_type == JobType.AUTOMATIC:
            if order_ids:
                raise InvalidInput.field(
                    "order_ids", "must be empty for an AUTOMATIC job, which finds its own orders"
                )
            return []
        if not order_ids:
            raise InvalidInput.field("order_ids", "must name at least one order of a MANUAL job")
        unique = list(dict.fromkeys(order_ids))
        if len(unique) > self.max_orders:
            raise InvalidInput.field(
                "order_ids",
                f"names {len(unique)} orders; a job takes at most {self.max_orders}",
                reason="TOO_MANY_ORDERS",
            )
        for index, order_id in enumerate(order_ids):
            if problem := id_problem(order_id):
                raise InvalidInput.field(f"order_ids[{index}]", problem)
        return unique


def _check_settings(settings: TenantSettings | None, job_type: JobType, now: datetime) -> None:
    """Refuses a job of which no order could succeed."""
    if settings is None:
        raise NotReady(
            "The tenant has no settings yet: save its sites and number sequences first.",
            reason="SETTINGS_MISSING",
        )
    if job_type == JobType.AUTOMATIC and settings.selection_rule is None:
        raise NotReady(
            "The tenant's settings have no invoiceSettings, which tell an AUTOMATIC job which "
            "orders are due.",
            reason="INVOICE_SETTINGS_MISSING",
        )
    for site in settings.sites:
        local_time = now.astimezone(ZoneInfo(site.time_zone))
        open_series(settings.sequence_for(site), site.data(), local_time)
