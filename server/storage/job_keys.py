"""The key of a job, which all its rows bear, with or without a lock on the job."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

from server.domain.errors import NotFound
from server.storage.job_statements import JOB_TO_COUNT, KEY
from server.storage.prepared import Prepared


class LockedJob(NamedTuple):
    """A job that nobody else changes until the transaction ends, as it is now."""

    key: int
    #: How many of its orders have an outcome.
    recorded: int
    #: Whether all of them have.
    complete: bool


def lock_job(connection: Connection, job_id: str) -> LockedJob:
    """Keeps others from changing a job until the transaction ends. Raises NotFound."""
    return LockedJob(*_found(connection, JOB_TO_COUNT, job_id))


def job_key(connection: Connection, job_id: str) -> int:
    """Finds a job's key. Raises NotFound."""
    key: int = _found(connection, KEY, job_id).key
    return key


def _found(connection: Connection, query: Prepared, job_id: str) -> Any:
    found = query.rows(connection, {"job_id": job_id})
    if not found:
        raise NotFound(f"There is no job {job_id!r}.", reason="JOB_NOT_FOUND")
    return found[0]
