"""Tells how far jobs are."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.errors import NotFound
from server.domain.job import Job, JobFilter, JobOrder
from server.domain.tenant import Tenant
from server.ports import Database, Page


@dataclass(frozen=True, slots=True)
class ReadJob:
    """Reads a job and some of its orders."""

    database: Database

    def __call__(
        self, tenant: Tenant, job_id: str, first: int, limit: int
    ) -> tuple[Job, tuple[JobOrder, ...]]:
        """Reads a job and its orders from position first on. Raises NotFound."""
        found = self.database.read_job(tenant, job_id, first, limit)
        if found is None:
            raise job_not_found(job_id)
        return found


@dataclass(frozen=True, slots=True)
class ListJobs:
    """Lists a tenant's jobs."""

    database: Database

    def __call__(
        self, tenant: Tenant, chosen: JobFilter, cursor: str | None, limit: int
    ) -> Page[Job]:
        """Lists jobs, the newest first."""
        with self.database.read() as unit:
            return unit.jobs.page(tenant, chosen, cursor, limit)


def job_not_found(job_id: str) -> NotFound:
    """Makes the error of a job that the tenant does not have."""
    return NotFound(f"There is no job {job_id!r}.", reason="JOB_NOT_FOUND")
