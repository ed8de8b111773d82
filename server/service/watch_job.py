"""Tells what is new of a job since it was read the last time."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.errors import InvalidInput
from server.domain.job import Job, JobOrder
from server.domain.tenant import Tenant
from server.ports import Database
from server.service.read_job import job_not_found


@dataclass(frozen=True, slots=True)
class WatchJob:
    """Reads a job and its next outcomes, in the order they were recorded."""

    database: Database

    def __call__(
        self, tenant: Tenant, job_id: str, after: int, limit: int
    ) -> tuple[Job, tuple[JobOrder, ...]]:
        """Reads a job and at most limit outcomes behind the first after ones.

        Raises NotFound, and InvalidInput when the job has not had so many outcomes.
        """
        with self.database.read() as unit:
            job = unit.jobs.get(tenant, job_id)
            if job is None:
                raise job_not_found(job_id)
            if after > job.outcome_count:
                raise InvalidInput.field(
                    "resume_token", "is behind the job's last outcome: it is not one of this job's"
                )
            return job, unit.jobs.outcomes(job_id, after, limit)
