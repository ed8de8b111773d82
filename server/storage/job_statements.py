"""Statements about jobs, made once: to make one takes longer than a database needs to run it."""

from __future__ import annotations

from sqlalchemy import BigInteger, and_, bindparam, exists, insert, select, update

from server.domain.job import JobOrderStatus
from server.storage.copying import copied
from server.storage.prepared import Prepared
from server.storage.tables import FREE, HELD, UNFINISHED, chunks, job_orders, jobs

#: The first position of a page. Larger ones than the column holds can be asked for, and PostgreSQL
#: would fail on them if they were given as the column's type.
FIRST_POSITION = bindparam("first", type_=BigInteger)
_OF_TENANT = select(jobs).where(
    jobs.c.tenant == bindparam("tenant"), jobs.c.job_id == bindparam("job_id")
)
JOB_OF_TENANT = Prepared(_OF_TENANT)
JOB_TO_CHANGE = Prepared(_OF_TENANT.with_for_update(key_share=True))
#: A job with a page of its orders: a row for each, or one alone whose order is all NULL.
JOB_WITH_ORDERS = (
    select(jobs, job_orders)
    .outerjoin_from(
        jobs,
        job_orders,
        and_(job_orders.c.job_key == jobs.c.key, job_orders.c.position >= FIRST_POSITION),
    )
    .where(jobs.c.tenant == bindparam("tenant"), jobs.c.job_id == bindparam("job_id"))
    .order_by(job_orders.c.position)
    .limit(bindparam("limit"))
)
NEW_JOB = insert(jobs)
NEW_JOB_KEY = Prepared(NEW_JOB.returning(jobs.c.key), left_out={"key"})
PENDING_ORDER = Prepared(
    copied(
        insert(job_orders).values(
            status=JobOrderStatus.PENDING.value,
            message="",
            reason="",
            field="",
            invoice_number="",
            pdf_sha256="",
        )
    ),
    left_out={"recorded"},
)
COUNTERS = ("order_count", "success_count", "failure_count")
COUNT = Prepared(
    update(jobs)
    .where(jobs.c.key == bindparam("of_key"))
    .values({name: jobs.c[name] + bindparam(f"{name}_more") for name in COUNTERS})
)
_OF_ID = jobs.c.job_id == bindparam("job_id")
KEY = Prepared(select(jobs.c.key).where(_OF_ID))
_RECORDED = jobs.c.success_count + jobs.c.failure_count
#: A job's key, how many outcomes it has, and whether it has them all.
JOB_TO_COUNT = Prepared(
    select(
        jobs.c.key,
        _RECORDED.label("recorded"),
        (jobs.c.order_count == _RECORDED).label("complete"),
    )
    .where(_OF_ID)
    .with_for_update(key_share=True)
)
_CHUNK_OF_JOB = chunks.c.job_key == jobs.c.key
#: Closes a job in which nothing is left to do.
CLOSE = Prepared(
    update(jobs)
    .where(
        jobs.c.key == bindparam("of_key"),
        UNFINISHED,
        jobs.c.order_count == _RECORDED,
        ~exists().where(_CHUNK_OF_JOB, FREE),
        ~exists().where(_CHUNK_OF_JOB, HELD),
    )
    .values(done_at=bindparam("now"))
)
DONE_AT = Prepared(select(jobs.c.done_at).where(jobs.c.key == bindparam("of_key")))
