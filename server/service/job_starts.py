"""Jobs that begin in one transaction: all are checked, and then written at once.

A transaction must be on disk before anybody is answered, which takes longer than all else; so those
that are asked for at the same time share one (see `CreateJob.together`). Each is checked as if
those before it were written already: a request id that comes twice makes one job, and limits count
what others are about to add.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.audit import AuditAction, AuditEntry
from server.domain.errors import NotReady
from server.domain.job import Job, JobType
from server.domain.numbering import open_series
from server.domain.origin import Origin
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports import Clock, JobLoad, JobStart, RememberedRequest, UnitOfWork
from server.service.job_limits import JobLimits
from server.service.requests import fingerprint_of, first_result


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What somebody asks for: a job."""

    tenant: Tenant
    job_type: JobType
    order_ids: Sequence[str]
    #: Empty: none.
    request_id: str
    #: Who asks.
    origin: Origin
    #: The job whose failed orders are tried again; empty for all others.
    retry_of: str = ""

    @property
    def fingerprint(self) -> str:
        """Gives a digest of what is asked for."""
        if self.retry_of:
            return fingerprint_of("RETRY", self.retry_of)
        return fingerprint_of(self.job_type, *self.order_ids)


class JobStarts:
    """Gathers the jobs of one transaction. Add each, then write them."""

    def __init__(
        self, unit: UnitOfWork, clock: Clock, new_id: Callable[[], str], limits: JobLimits
    ) -> None:
        self._unit = unit
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._starts: list[JobStart] = []
        #: What the database says and what is to be written, together.
        self._remembered: dict[tuple[Tenant, str], RememberedRequest] = {}
        self._loads: dict[Tenant, JobLoad] = {}
        self._settings: dict[Tenant, TenantSettings | None] = {}

    def add(self, asked: JobRequest) -> Job:
        """Checks a request whose parts are right, and gives its job, or the one it made before.

        Raises NotReady, Conflict and LimitExceeded; then the others are as if it had not come.
        """
        tenant, now = asked.tenant, self._clock.now()
        fingerprint = asked.fingerprint
        job_id = first_result(self._find, tenant, asked.request_id, fingerprint, now)
        first = self._job(tenant, job_id) if job_id else None
        if first is not None:
            return first
        if tenant not in self._settings:
            self._settings[tenant] = self._unit.settings.get(tenant)
        _check_settings(self._settings[tenant], asked.job_type, now)
        count = len(asked.order_ids)
        load = self._loads.get(tenant) or self._unit.jobs.load(tenant)
        self._limits.check(load, count)
        job = Job(
            self._new_id(),
            tenant,
            asked.job_type,
            created_at=now,
            order_count=count,
            retry_of=asked.retry_of,
            origin=asked.origin,
        )
        self._starts.append(JobStart(job, asked.order_ids))
        self._loads[tenant] = JobLoad(load.jobs + 1, load.orders + count)
        if asked.request_id:
            remembered = RememberedRequest(job.job_id, fingerprint, now)
            self._remembered[tenant, asked.request_id] = remembered
        return job

    def write(self, chunk_size: int) -> None:
        """Writes all jobs that were added, in that order; commit the transaction then."""
        self._unit.job_starts.add(self._starts, chunk_size)
        self._unit.audit.add(*(_entry(start.job) for start in self._starts))
        for (tenant, request_id), remembered in self._remembered.items():
            self._unit.requests.remember(tenant, request_id, remembered)

    def _find(self, tenant: Tenant, request_id: str) -> RememberedRequest | None:
        new = self._remembered.get((tenant, request_id))
        return new or self._unit.requests.find(tenant, request_id)

    def _job(self, tenant: Tenant, job_id: str) -> Job | None:
        new = (start.job for start in self._starts if start.job.job_id == job_id)
        return next(new, None) or self._unit.jobs.get(tenant, job_id)


def _entry(job: Job) -> AuditEntry:
    if job.retry_of:
        action, detail = AuditAction.RETRY_JOB, f"tries job {job.retry_of} again"
    else:
        action, detail = AuditAction.CREATE_JOB, f"{job.job_type}, {job.order_count} orders"
    return AuditEntry(job.created_at, job.tenant, action, job.job_id, job.origin, detail)


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
