"""Jobs that begin in one transaction: all are checked, and then written at once.

A transaction must be on disk before anybody is answered, which takes longer than all else; so those
that are asked for at the same time share one (see `CreateJob.together`). Each is checked as if
those before it were written already: a request id that comes twice makes one job, and limits count
what others are about to add.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.domain.audit import AuditAction, AuditEntry
from server.domain.errors import LimitExceeded
from server.domain.job import Job, JobType
from server.domain.origin import Origin
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports import Clock, JobLoad, JobStart, RememberedRequest, UnitOfWork
from server.service.job_limits import JobLimits
from server.service.job_loads import JobLoads
from server.service.job_readiness import JobReadiness
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


_NOTHING = JobLoad(0, 0)


class JobStarts:
    """Gathers the jobs of one transaction. Add each, then write them."""

    def __init__(
        self,
        unit: UnitOfWork,
        clock: Clock,
        new_id: Callable[[], str],
        limits: JobLimits,
        loads: JobLoads,
        readiness: JobReadiness,
    ) -> None:
        self._unit = unit
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._loads = loads
        self._readiness = readiness
        self._starts: list[JobStart] = []
        #: What the database says and what is to be written, together.
        self._remembered: dict[tuple[Tenant, str], RememberedRequest] = {}
        self._added: dict[Tenant, JobLoad] = {}
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
            self._settings[tenant] = self._unit.settings.undressed(tenant)
        self._readiness.check(tenant, self._settings[tenant], asked.job_type, now)
        count = len(asked.order_ids)
        added = self._added.get(tenant, _NOTHING)
        self._check_room(tenant, added, count)
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
        self._added[tenant] = added + JobLoad(1, count)
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
        self._loads.add(self._added)

    def _check_room(self, tenant: Tenant, added: JobLoad, count: int) -> None:
        """Raises LimitExceeded when a tenant has no room for a job of so many orders."""
        try:
            self._limits.check(self._loads.at_most(self._unit, tenant) + added, count)
        except LimitExceeded:
            # What was done since it was counted makes room.
            self._limits.check(self._loads.counted(self._unit, tenant) + added, count)

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
