"""Jobs: values to messages, and what requests say about them."""

from __future__ import annotations

from invoicejobs.v1 import invoice_jobs_pb2

from server.domain.errors import InvalidInput
from server.domain.job import Job, JobOrder, JobOrderStatus, JobStatus, JobType
from server.rpc.translate_values import timestamp

_JOB_TYPES = {
    JobType.MANUAL: invoice_jobs_pb2.JOB_TYPE_MANUAL,
    JobType.AUTOMATIC: invoice_jobs_pb2.JOB_TYPE_AUTOMATIC,
}
_JOB_STATUSES = {
    JobStatus.IN_PROGRESS: invoice_jobs_pb2.JOB_STATUS_IN_PROGRESS,
    JobStatus.DONE: invoice_jobs_pb2.JOB_STATUS_DONE,
}
_JOB_ORDER_STATUSES = {
    JobOrderStatus.PENDING: invoice_jobs_pb2.JOB_ORDER_STATUS_PENDING,
    JobOrderStatus.SUCCESS: invoice_jobs_pb2.JOB_ORDER_STATUS_SUCCESS,
    JobOrderStatus.FAILURE: invoice_jobs_pb2.JOB_ORDER_STATUS_FAILURE,
}
_TYPE_BY_NUMBER = {number: value for value, number in _JOB_TYPES.items()}
_STATUS_BY_NUMBER = {number: value for value, number in _JOB_STATUSES.items()}


def read_job_type(number: invoice_jobs_pb2.JobType.ValueType) -> JobType:
    """Reads a job type. Raises InvalidInput when it is unspecified or unknown."""
    job_type = _TYPE_BY_NUMBER.get(number)
    if job_type is None:
        raise InvalidInput.field("job_type", "must be JOB_TYPE_MANUAL or JOB_TYPE_AUTOMATIC")
    return job_type


def read_status_filter(number: invoice_jobs_pb2.JobStatus.ValueType) -> JobStatus | None:
    """Reads the status to filter by; None does not filter. Raises InvalidInput when unknown."""
    status = _STATUS_BY_NUMBER.get(number)
    if status is None and number != invoice_jobs_pb2.JOB_STATUS_UNSPECIFIED:
        raise InvalidInput.field(
            "job_status", "must be JOB_STATUS_IN_PROGRESS, JOB_STATUS_DONE or unspecified"
        )
    return status


def job_message(job: Job) -> invoice_jobs_pb2.InvoiceJob:
    """Writes a job."""
    return invoice_jobs_pb2.InvoiceJob(
        job_id=job.job_id,
        tenant=job.tenant,
        job_type=_JOB_TYPES[job.job_type],
        job_status=_JOB_STATUSES[job.status],
        create_time=timestamp(job.created_at),
        done_time=timestamp(job.done_at),
        order_count=job.order_count,
        pending_count=job.pending_count,
        success_count=job.success_count,
        failure_count=job.failure_count,
    )


def job_order_message(order: JobOrder) -> invoice_jobs_pb2.JobOrder:
    """Writes an order of a job."""
    return invoice_jobs_pb2.JobOrder(
        order_id=order.order_id,
        order_status=_JOB_ORDER_STATUSES[order.status],
        message=order.message,
        invoice_number=order.invoice_number,
        reason=order.reason,
        field=order.field,
        pdf_sha256=order.pdf_sha256,
    )
