"""Checks that jobs and orders say what is so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain.tenant import Tenant
from server.ports import Database
from server.ports.archive_stores import JobTally
from server.service.archive_findings import Finding, Progress, Report

#: Jobs that are looked at in one go.
PAGE = 20
#: Findings of a kind that are told one by one.
MOST = 1000


@dataclass(frozen=True, slots=True)
class VerifyJobs:
    """Looks at all jobs and orders of a tenant."""

    database: Database

    def __call__(self, tenant: Tenant, report: Report, progress: Progress) -> None:
        """Reports what contradicts itself. Raises Unavailable."""
        self._check_orders(tenant, report)
        after = 0
        while page := self._page(tenant, after, PAGE):
            after = page[-1].key
            for suspect in page:
                if _problems(tenant, suspect):
                    # Counted anew: it may have gone on while we counted.
                    for job in self._page(tenant, suspect.key - 1, 1):
                        for finding in _problems(tenant, job) if job.key == suspect.key else ():
                            report(finding)
            progress(len(page))

    def _page(self, tenant: Tenant, after: int, limit: int) -> Sequence[JobTally]:
        with self.database.read() as unit:
            return unit.archive.jobs(tenant, after, limit)

    def _check_orders(self, tenant: Tenant, report: Report) -> None:
        with self.database.read() as unit:
            twice = unit.archive.invoiced_twice(tenant, MOST)
            wrong = unit.archive.marked_wrongly(tenant, MOST)
            readable = unit.archive.settings_readable(tenant)
        for order_id in twice:
            report(
                Finding(
                    "ORDER_INVOICED_TWICE",
                    tenant,
                    order_id,
                    f"The order {order_id} has more than one live invoice: cancel all but one "
                    "with 'invoicejobs invoices cancel'.",
                )
            )
        for order_id, invoiced in wrong:
            has, none = ("has an invoice", "none is there") if invoiced else (
                "waits for its invoice", "it has one")  # fmt: skip
            report(
                Finding(
                    "ORDER_MARK",
                    tenant,
                    order_id,
                    f"The order {order_id} is marked as one that {has}, but {none}: set its column "
                    f"invoiced in the table orders to {'false' if invoiced else 'true'}.",
                )
            )
        if not readable:
            report(
                Finding(
                    "SETTINGS_UNREADABLE",
                    tenant,
                    tenant,
                    f"The settings of the tenant {tenant} cannot be read: save them again with "
                    "'invoicejobs settings set'.",
                )
            )


def _problems(tenant: Tenant, job: JobTally) -> list[Finding]:
    return [
        Finding(
            kind,
            tenant,
            job.job_id,
            f"The job {job.job_id} {what}: create a new job for its orders, which gives each the "
            "invoice that it has.",
        )
        for kind, what in _contradictions(job)
    ]


def _contradictions(job: JobTally) -> Iterator[tuple[str, str]]:
    """Gives what is wrong with a job, as a kind and in words."""
    total, succeeded, failed = job.counted
    pending = total - succeeded - failed
    if job.done and pending:
        yield "JOB_PENDING", f"is DONE, but {pending} of its orders are PENDING"
    if job.told != job.counted:
        told = " / ".join(map(str, job.told))
        counted = " / ".join(map(str, job.counted))
        yield "JOB_COUNTS", f"counts {told} orders / successes / failures, but there are {counted}"
    if not job.done and not job.open_chunks:
        yield "JOB_STUCK", "is not DONE, but has no step left to do"
    elif not job.done and pending > job.covered:
        left = f"{pending} of its orders are PENDING, but it has steps left for {job.covered} only"
        yield "JOB_STUCK", f"is not DONE and never will be: {left}"
    outcomes, last = job.recorded
    # The last outcomes of a job that is being purged are gone already.
    if outcomes != succeeded + failed or (not job.done and last != outcomes):
        known = f"has {succeeded + failed} outcomes"
        yield "JOB_RECORDED", f"{known}, but {outcomes} with a place in their order, up to {last}"
    if job.unfound:
        example = job.example or "one without a number"
        yield "JOB_DOCUMENT", f"names {job.unfound} PDFs that no invoice has, as of {example}"
