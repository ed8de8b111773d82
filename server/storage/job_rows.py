"""Rows of jobs and of their orders, read as values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.domain.job import Job, JobOrder, JobOrderStatus, JobType
from server.domain.tenant import Tenant
from server.storage.job_origin import origin_of


def job_of(row: Any) -> Job:
    """Reads a job from a row that has the columns of its table."""
    return Job(
        job_id=row.job_id,
        tenant=Tenant(row.tenant),
        job_type=JobType(row.job_type),
        created_at=row.created_at,
        done_at=row.done_at,
        order_count=row.order_count,
        success_count=row.success_count,
        failure_count=row.failure_count,
        retry_of=row.retry_of or "",
        cancelled_at=row.cancelled_at,
        origin=origin_of(row),
    )


def job_order_of(row: Any) -> JobOrder:
    """Reads an order of a job from a row that has the columns of its table."""
    return JobOrder(
        position=row.position,
        order_id=row.order_id,
        status=JobOrderStatus(row.status),
        message=row.message,
        reason=row.reason,
        field=row.field,
        invoice_number=row.invoice_number,
        pdf_sha256=row.pdf_sha256,
    )


def job_and_orders(rows: Sequence[Any]) -> tuple[Job, tuple[JobOrder, ...]]:
    """Reads what JOB_WITH_ORDERS finds of a job that there is."""
    orders = () if rows[0].position is None else tuple(map(job_order_of, rows))
    return job_of(rows[0]), orders
