"""Stops a job: what has no number yet gets none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.audit import AuditAction, AuditEntry
from server.domain.job import Job, JobOrder, JobOrderStatus
from server.domain.tenant import Tenant
from server.ports import Clock, Database
from server.service.origin import current_origin
from server.service.outcomes import EXISTED, cancelled, failure
from server.service.read_job import job_not_found


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Ends what nobody has begun; what is in work sees for itself that the job is cancelled.

    An order that has an invoice of an earlier job is SUCCESS with it, all others are FAILURE.
    A chunk that was ever held may have drawn numbers: whoever holds it, or claims it next, brings
    those invoices to their end and refuses the other orders.
    """

    database: Database
    clock: Clock
    #: Tells those who watch the job.
    changed: Callable[[str], None]

    def __call__(self, tenant: Tenant, job_id: str) -> Job:
        """Cancels a job and gives it as it is then; one that is DONE stays as it is.

        Raises NotFound.
        """
        stopped = failure(JobOrder(0, ""), cancelled())
        invoiced = JobOrder(0, "", JobOrderStatus.SUCCESS, EXISTED)
        with self.database.write() as unit:
            job = unit.jobs.to_change(tenant, job_id)
            if job is None:
                raise job_not_found(job_id)
            if job.done_at:
                return job
            now = self.clock.now()
            unit.jobs.cancel(job_id, now)
            entry = AuditEntry(now, tenant, AuditAction.CANCEL_JOB, job_id, current_origin())
            unit.audit.add(entry)
            for first, end in unit.chunks.drop_untouched(job_id):
                unit.jobs.record_invoiced(job_id, first, end, invoiced)
                unit.jobs.record_range(job_id, first, end, stopped)
            unit.jobs.close_if_complete(job_id, now)
            after = unit.jobs.get(tenant, job_id)
            unit.commit()
        self.changed(job_id)
        assert after is not None  # noqa: S101 - its row was locked
        return after
