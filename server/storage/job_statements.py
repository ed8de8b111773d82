"""Statements about jobs, made once: to make one takes longer than a database needs to run it."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, insert, select, update

from server.domain.job import JobOrderStatus
from server.storage.tables import job_orders, jobs

JOB_OF_TENANT = select(jobs).where(
    jobs.c.tenant == bindparam("tenant"), jobs.c.job_id == bindparam("job_id")
)
#: A job with a page of its orders: a row for each, or one alone whose order is all NULL.
JOB_WITH_ORDERS = (
    select(jobs, job_orders)
    .outerjoin_from(
        jobs,
        job_orders,
        and_(job_orders.c.job_key == jobs.c.key, job_orders.c.position >= bindparam("first")),
    )
    .where(jobs.c.tenant == bindparam("tenant"), jobs.c.job_id == bindparam("job_id"))
    .order_by(job_orders.c.position)
    .limit(bindparam("limit"))
)
JOB_TO_CHANGE = JOB_OF_TENANT.with_for_update(key_share=True)
NEW_JOB = insert(jobs)
PENDING_ORDER = insert(job_orders).values(
    status=JobOrderStatus.PENDING.value,
    message="",
    reason="",
    field="",
    invoice_number="",
    pdf_sha256="",
)
COUNTERS = ("order_count", "success_count", "failure_count")
COUNT = (
    update(jobs)
    .where(jobs.c.key == bindparam("of_key"))
    .values({name: jobs.c[name] + bindparam(f"{name}_more") for name in COUNTERS})
)
KEY = select(jobs.c.key).where(jobs.c.job_id == bindparam("job_id"))
KEY_TO_CHANGE = KEY.with_for_update(key_share=True)
