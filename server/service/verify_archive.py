"""Walks through the whole archive and says what is wrong.

It holds a page at a time, so its memory does not grow with the archive; it only reads, in short
transactions, so the service goes on meanwhile; and what may only be under way is looked at twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.domain.errors import InvalidInput
from server.domain.tenant import Tenant
from server.ports import Database, DocumentStore
from server.service.archive_findings import Finding, Report
from server.service.sorted_on_disk import SortedOnDisk
from server.service.verify_documents import Repair, VerifyDocuments
from server.service.verify_jobs import VerifyJobs
from server.service.verify_numbers import VerifyNumbers

#: Left-overs that are told one by one.
MOST = 1000
#: Tenants that are named to whoever asked for another.
NAMED = 10
#: Keys of documents that are read in one go.
PAGE = 5000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be checked, and how."""

    #: None for all.
    tenant: Tenant | None = None
    #: Whether documents are not read but only looked for.
    quick: bool = False
    #: None does not repair.
    repair: Repair | None = None


@dataclass(frozen=True, slots=True)
class VerifyArchive:
    """Checks every invoice, document, number, order and job."""

    database: Database
    store: DocumentStore
    #: Waits for what is under way to be finished.
    pause: Callable[[], None]

    def __call__(self, asked: Asked, report: Report, progress: Callable[[int, int], None]) -> None:
        """Reports everything that is wrong or left over; progress takes done and total.

        Raises InvalidInput for a tenant of whom nothing is kept, and Unavailable when the database
        or the documents folder cannot be read.
        """
        with self.database.read() as unit:
            known = unit.archive.tenants()
            if asked.tenant is not None and asked.tenant not in known:
                raise _nothing_of(asked.tenant, known)
            tenants = [tenant for tenant in known if asked.tenant in {None, tenant}]
            total = sum(unit.archive.size(tenant) for tenant in tenants)
        done = 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            progress(done, max(done, total))

        documents = VerifyDocuments(self.database, self.store, self.pause)
        for tenant in tenants:
            documents(tenant, report, more, quick=asked.quick, repair=asked.repair)
            VerifyNumbers(self.database)(tenant, report, more)
            VerifyJobs(self.database)(tenant, report, more)
        self._check_left_overs(asked.tenant, tenants, report)

    def _check_left_overs(
        self, tenant: Tenant | None, tenants: Sequence[Tenant], report: Report
    ) -> None:
        """Reports files that belong to no invoice. They are in nobody's way."""
        suspects: list[str] = []
        more = 0
        with SortedOnDisk() as recorded:
            for each in tenants:
                self._collect(each, recorded)
            for key in _unknown(self.store.keys(f"{tenant}/" if tenant else ""), iter(recorded)):
                if len(suspects) < MOST:
                    suspects.append(key)
                else:
                    more += 1
        if not suspects:
            return
        self.pause()
        with self.database.read() as unit:
            recorded_now = unit.archive.recorded(suspects)
        for key in suspects:
            if key not in recorded_now and self.store.size(key) is not None:
                report(self._left_over(key))
        if more:
            report(
                Finding(
                    "LEFT_OVER",
                    tenant or "",
                    "",
                    f"{more} more files belong to no invoice: remove those above, then look again.",
                    problem=False,
                )
            )

    def _collect(self, tenant: Tenant, recorded: SortedOnDisk) -> None:
        """Reads the keys of all documents of a tenant."""
        page: Sequence[tuple[tuple[str, str], str]] = [(("", ""), "")]
        while page:
            # Short transactions: walking through the folder may take hours.
            with self.database.read() as unit:
                page = unit.archive.document_keys(tenant, page[-1][0], PAGE)
            for _, key in page:
                recorded.add(key)

    def _left_over(self, key: str) -> Finding:
        aside = self.store.is_aside(key)
        what = "was being written when a process ended" if aside else "belongs to no invoice"
        return Finding(
            "TEMPORARY_FILE" if aside else "LEFT_OVER",
            key.partition("/")[0] if "/" in key else "",
            key,
            f"The file {key} {what}: it can be removed when no job is in work, and after a restore "
            "when its invoice is not missed.",
            problem=False,
        )


def _nothing_of(tenant: Tenant, known: Sequence[Tenant]) -> InvalidInput:
    others = ", ".join(known[:NAMED]) + (" and others" if known[NAMED:] else "")
    return InvalidInput.field(
        "tenant",
        f"names {tenant}, of whom nothing is kept in this archive, only of {others or 'nobody'}: "
        "see to the name, and to the settings that say where the archive is",
        reason="TENANT_UNKNOWN",
    )


def _unknown(files: Iterable[str], recorded: Iterator[str]) -> Iterator[str]:
    """Gives the files that are not recorded; both come sorted."""
    expected = next(recorded, None)
    for key in files:
        while expected is not None and expected < key:
            expected = next(recorded, None)
        if key != expected:
            yield key
