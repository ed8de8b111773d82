"""All use cases in one value, so that an edge is handed one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.service.cancel_invoice import CancelInvoice
from server.service.cancel_job import CancelJob
from server.service.create_job import CreateJob
from server.service.download_invoice import DownloadInvoice
from server.service.import_orders import ImportOrders
from server.service.issue_token import IssueToken
from server.service.links import CheckLink, SignLinks
from server.service.list_schedules import ListSchedules
from server.service.preview_invoice import PreviewInvoice
from server.service.read_invoice import ListInvoices, ReadInvoice
from server.service.read_job import ListJobs, ReadJob
from server.service.read_order import ListOrders, ReadOrderRecord
from server.service.retry_job import RetryJob
from server.service.settings import CheckSettings, ReadSettings, UpdateSettings
from server.service.watch_job import WatchJob


@dataclass(frozen=True, slots=True)
class UseCases:
    """What clients can ask for. Each is a synchronous callable, safe to call from any thread."""

    create_job: CreateJob
    read_job: ReadJob
    list_jobs: ListJobs
    watch_job: WatchJob
    #: Takes a call to make, with a job's id and from any thread, whenever a job has changed.
    follow_changes: Callable[[Callable[[str], None]], None]
    cancel_job: CancelJob
    retry_job: RetryJob
    import_orders: ImportOrders
    read_order: ReadOrderRecord
    list_orders: ListOrders
    read_invoice: ReadInvoice
    list_invoices: ListInvoices
    download_invoice: DownloadInvoice
    cancel_invoice: CancelInvoice
    preview_invoice: PreviewInvoice
    read_settings: ReadSettings
    check_settings: CheckSettings
    update_settings: UpdateSettings
    list_schedules: ListSchedules
    issue_token: IssueToken
    sign_links: SignLinks
    check_link: CheckLink
