"""Tries the failed orders of a job again."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.errors import NotReady
from server.domain.job import Job, JobType
from server.domain.tenant import Tenant
from server.ports import Database
from server.service.create_job import CreateJob
from server.service.job_starts import JobRequest
from server.service.origin import current_origin
from server.service.read_job import job_not_found
from server.service.requests import check_request_id


@dataclass(frozen=True, slots=True)
class RetryJob:
    """Makes a MANUAL job of the orders that failed in another one, in their order."""

    database: Database
    create_job: CreateJob

    def __call__(self, tenant: Tenant, job_id: str, request_id: str = "") -> Job:
        """Creates the job, or finds the one that the request id already stands for.

        Raises NotFound, NotReady while the job is not DONE or when no order of it failed, and all
        that creating a job raises.
        """
        check_request_id(request_id)
        # Read apart: a job that is DONE does not change any more.
        order_ids = self._failed(tenant, job_id)
        asked = JobRequest(
            tenant, JobType.MANUAL, order_ids, request_id, current_origin(), retry_of=job_id
        )
        with self.database.write() as unit:
            job = self.create_job.record(unit, asked)
            unit.commit()
        self.create_job.wake()
        return job

    def _failed(self, tenant: Tenant, job_id: str) -> tuple[str, ...]:
        with self.database.read() as unit:
            job = unit.jobs.get(tenant, job_id)
            if job is None:
                raise job_not_found(job_id)
            if not job.done_at:
                raise NotReady(
                    f"Job {job_id} is still running. Try its failed orders again when it is done.",
                    reason="JOB_NOT_DONE",
                )
            if not job.failure_count:
                raise NotReady(
                    f"No order of job {job_id} failed: there is nothing to try again.",
                    reason="NOTHING_FAILED",
                )
            return unit.jobs.failed(job_id)
