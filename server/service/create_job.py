"""Starts a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.audit import AuditAction, AuditEntry
from server.domain.errors import InvalidInput, NotReady
from server.domain.job import ChunkKind, Job, JobType, id_problem
from server.domain.numbering import open_series
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports import Clock, Database, RememberedRequest, UnitOfWork
from server.service.job_limits import DEFAULT_LIMITS, JobLimits
from server.service.origin import current_origin
from server.service.requests import check_request_id, fingerprint_of, first_result

#: Orders may be named more than once, within reason: so many times as many as a job may have.
_NAMED_TWICE = 2


@dataclass(frozen=True, slots=True)
class CreateJob:
    """Records a job, its orders and its chunks in one transaction, then wakes the workers."""

    database: Database
    clock: Clock
    new_id: Callable[[], str]
    wake: Callable[[], None]
    max_orders: int
    chunk_size: int
    limits: JobLimits = DEFAULT_LIMITS

    def __call__(
        self, tenant: Tenant, job_type: JobType, order_ids: Sequence[str], request_id: str = ""
    ) -> Job:
        """Creates a job, or finds the one that the request id already stands for.

        Raises InvalidInput for wrong ids, NotReady when the settings lack what the job needs,
        Conflict when the request id stands for another request, LimitExceeded while the tenant
        has too much unfinished work.
        """
        order_ids = self._checked(job_type, order_ids)
        check_request_id(request_id)
        with self.database.write() as unit:
            job = self.record(unit, tenant, job_type, order_ids, request_id)
            unit.commit()
        self.wake()
        return job

    def record(
        self,
        unit: UnitOfWork,
        tenant: Tenant,
        job_type: JobType,
        order_ids: Sequence[str],
        request_id: str,
        *,
        retry_of: str = "",
    ) -> Job:
        """Records a checked request's job in a transaction; commit it, then wake the workers.

        Raises all that creating a job does, but for InvalidInput.
        """
        asked = ("RETRY", retry_of) if retry_of else (job_type, *order_ids)
        fingerprint = fingerprint_of(*asked)
        now = self.clock.now()
        job_id = first_result(unit, tenant, request_id, fingerprint, now)
        first = unit.jobs.get(tenant, job_id) if job_id else None
        if first is not None:
            return first
        _check_settings(unit.settings.get(tenant), job_type, now)
        self.limits.check(unit, tenant, len(order_ids))
        origin = current_origin()
        job = Job(self.new_id(), tenant, job_type, created_at=now, retry_of=retry_of, origin=origin)
        unit.jobs.add(job)
        action = AuditAction.RETRY_JOB if retry_of else AuditAction.CREATE_JOB
        detail = (
            f"tries job {retry_of} again" if retry_of else f"{job_type}, {len(order_ids)} orders"
        )
        unit.audit.add(AuditEntry(now, tenant, action, job.job_id, origin, detail))
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
        # Counted before anybody goes through them: millions would keep all others waiting.
        self._check_count(len(order_ids), self.max_orders * _NAMED_TWICE)
        unique = dict.fromkeys(order_ids)
        self._check_count(len(unique), self.max_orders)
        for index, order_id in enumerate(order_ids):
            if problem := id_problem(order_id):
                raise InvalidInput.field(f"order_ids[{index}]", problem)
        return list(unique)

    def _check_count(self, count: int, most: int) -> None:
        if count > most:
            raise InvalidInput.field(
                "order_ids",
                f"names {count} orders; a job takes at most {self.max_orders}",
                reason="TOO_MANY_ORDERS",
            )


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
