"""Jobs: values to messages, and what requests say about them."""

from __future__ import annotations

from invoicejobs.v1 import invoice_jobs_pb2

from server.domain.errors import InvalidInput
from server.domain.job import Job, JobFilter, JobOrder, JobOrderStatus, JobStatus, JobType
from server.rpc.translate_values import moment, timestamp
from server.service.links import SignDocument

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


def read_filter(request: invoice_jobs_pb2.ListInvoiceJobsRequest) -> JobFilter:
    """Reads which jobs to list. Raises InvalidInput for what no job can be."""
    status = _STATUS_BY_NUMBER.get(request.job_status)
    if status is None and request.job_status != invoice_jobs_pb2.JOB_STATUS_UNSPECIFIED:
        raise InvalidInput.field(
            "job_status", "must be JOB_STATUS_IN_PROGRESS, JOB_STATUS_DONE or unspecified"
        )
    job_type = _TYPE_BY_NUMBER.get(request.job_type)
    if job_type is None and request.job_type != invoice_jobs_pb2.JOB_TYPE_UNSPECIFIED:
        raise InvalidInput.field(
            "job_type", "must be JOB_TYPE_MANUAL, JOB_TYPE_AUTOMATIC or unspecified"
        )
    begin = request.created_from if request.HasField("created_from") else None
    end = request.created_before if request.HasField("created_before") else None
    return JobFilter(
        status,
        job_type,
        moment(begin, "created_from") if begin else None,
        moment(end, "created_before") if end else None,
    )


def filter_scope(chosen: JobFilter) -> tuple[str | None, ...]:
    """Gives what a page token of a list with this filter is bound to."""
    times = (chosen.created_from, chosen.created_before)
    return (chosen.status, chosen.job_type, *(time.isoformat() if time else None for time in times))


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
        retry_of=job.retry_of,
        cancel_time=timestamp(job.cancelled_at),
    )


def job_order_message(order: JobOrder, sign: SignDocument) -> invoice_jobs_pb2.JobOrder:
    """Writes an order of a job. sign signs the link to its invoice's PDF."""
    number, sha256 = order.invoice_number, order.pdf_sha256
    return invoice_jobs_pb2.JobOrder(
        order_id=order.order_id,
        order_status=_JOB_ORDER_STATUSES[order.status],
        message=order.message,
        invoice_number=number,
        reason=order.reason,
        field=order.field,
        pdf_sha256=sha256,
        link_signature=sign(number, sha256) if sha256 else "",
    )
