"""Whose turn it is: which of the jobs that have free chunks gets on next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, or_, select

from server.storage.job_origin import ORIGIN
from server.storage.prepared import Prepared
from server.storage.tables import FREE, HELD, UNFINISHED, chunks, jobs

#: Longer than any pause before a chunk's next try. One that should last longer was reckoned by a
#: clock that was wrong and has been set back since: nobody waits for that.
LONGEST_PAUSE = timedelta(minutes=10)


def next_job(connection: Connection, now: datetime, window: int, *, starts: bool) -> Any | None:
    """Finds the job whose turn it is (see `ChunkStore.claim`), and the first of its free chunks."""
    fewer_than = 1 if starts else window
    chosen = _NEW_JOB if starts else _ANY_JOB
    given = {"now": now, "far": now + LONGEST_PAUSE, "fewer_than": fewer_than}
    found = chosen.rows(connection, given)
    return found[0] if found else None


def _choose(*, starts: bool) -> Select[*tuple[Any, ...]]:
    of_job = chunks.c.job_key == jobs.c.key
    held = select(func.count()).where(of_job, HELD).correlate(jobs).scalar_subquery()
    # One look into the index for each job; asked whether one EXISTS, PostgreSQL would rather
    # go through all that are free.
    free = (
        select(chunks.c.index)
        .where(of_job, FREE, _is_over(bindparam("now"), bindparam("far")))
        .order_by(chunks.c.not_before, chunks.c.index)
        .limit(1)
        .correlate(jobs)
        .scalar_subquery()
    )
    others = jobs.alias("others")
    busy = (
        select(others.c.tenant, func.count().label("held"))
        .join(chunks, chunks.c.job_key == others.c.key)
        .where(HELD)
        .group_by(others.c.tenant)
        .subquery("busy")
    )
    begun = jobs.c.success_count + jobs.c.failure_count > 0
    return (
        select(jobs.c.key, jobs.c.job_id, jobs.c.tenant, free.label("free"), *ORIGIN)
        .outerjoin(busy, busy.c.tenant == jobs.c.tenant)
        .where(UNFINISHED, free.is_not(None), held < bindparam("fewer_than"))
        .where(*([~begun] if starts else []))
        .order_by(
            func.coalesce(busy.c.held, 0),
            held,
            begun,
            case((begun, func.random()), else_=0),
            jobs.c.key,
        )
        .limit(1)
    )


def _is_over(now: Any, far: Any) -> ColumnElement[bool]:
    """Makes the condition that a chunk's pause is over."""
    return or_(chunks.c.not_before <= now, chunks.c.not_before > far)


_ANY_JOB = Prepared(_choose(starts=False))
_NEW_JOB = Prepared(_choose(starts=True))


def count_claimable(connection: Connection, now: datetime, window: int) -> int:
    """Counts the chunks that could be claimed now, one after the other."""
    of_job = chunks.c.job_key == jobs.c.key
    held = select(func.count()).where(of_job, HELD).correlate(jobs).scalar_subquery()
    free = (
        select(func.count())
        .where(of_job, FREE, _is_over(now, now + LONGEST_PAUSE))
        .correlate(jobs)
        .scalar_subquery()
    )
    counted = select(free.label("free"), (window - held).label("room")).where(UNFINISHED).subquery()
    fewer = case((counted.c.free < counted.c.room, counted.c.free), else_=counted.c.room)
    sum_of_jobs = select(func.coalesce(func.sum(fewer), 0)).where(counted.c.room > 0)
    return int(connection.scalar(sum_of_jobs) or 0)
