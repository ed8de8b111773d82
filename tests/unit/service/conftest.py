"""The use cases on a real database, with a fake outside."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from server.domain.document import Document
from server.domain.invoice import Invoice
from server.domain.invoice_record import InvoiceRecord
from server.domain.job import Chunk, Job, JobOrder, JobType
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports import Database
from server.service.archive_findings import Finding
from server.service.cancel_invoice import CancelInvoice
from server.service.cancel_job import CancelJob
from server.service.create_job import CreateJob
from server.service.import_orders import ImportOrders, ImportResult, IncomingOrder
from server.service.issue_invoices import IssueInvoices
from server.service.job_loads import JobLoads
from server.service.make_documents import MakeDocuments
from server.service.plan_job import PlanJob
from server.service.process_chunk import ProcessChunk
from server.service.repair_documents import RepairDocuments
from server.service.retry_job import RetryJob
from server.service.settings import CheckSettings, UpdateSettings
from server.service.verify_archive import Asked, VerifyArchive
from server.service.watch_job import WatchJob
from server.service.work_on_chunk import WorkOnChunk
from server.sources.own_orders import OwnOrders
from server.sources.read_order import read_order
from server.storage import migrate, open_database
from tests.builders.cancellation import SETTINGS
from tests.builders.orders import OrderForm, make_order_json, order_bytes
from tests.builders.settings import IDENTIFIERS, make_settings
from tests.fakes.logos import FakeLogos
from tests.fakes.outside import FakeClock, FakeDocuments, FakeFonts, FakeRenderer, HookedDatabase

ACME = Tenant("acme")


class Shop:
    """A tenant's view of the service, and a worker's."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        self.renderer = FakeRenderer()
        self.fonts = FakeFonts()
        self.documents = FakeDocuments()
        self.workers_database = HookedDatabase(database)
        self.woken = 0
        ids = itertools.count(1)
        self._new_id = lambda: f"id-{next(ids)}"
        self._holders = itertools.count(1)
        source = OwnOrders(database, read_order)
        loads = JobLoads(alone=True)
        self.create_job = CreateJob(
            database, self.clock, self._new_id, self._wake, 5, 2, loads=loads
        )
        self.import_batch = ImportOrders(database, read_order, 10_000)
        self.logos = FakeLogos()
        self.update_settings = UpdateSettings(
            database,
            self.clock,
            self._new_id,
            CheckSettings(IDENTIFIERS),
            self.logos.fetch,
            self.logos.prepare,
        )
        hooked = self.workers_database
        self.plan_job = PlanJob(hooked, self.clock, source, 2, loads=loads)
        make_documents = MakeDocuments(hooked, self.renderer, self.documents)
        self.process_chunk = ProcessChunk(
            hooked,
            self.clock,
            source,
            IDENTIFIERS,
            self.fonts.check,
            IssueInvoices(hooked, self.clock),
            make_documents,
        )
        self.cancel_invoice = CancelInvoice(hooked, self.clock, make_documents)
        #: Jobs of which watchers were told that they changed.
        self.changed: list[str] = []
        self.work_on_chunk = WorkOnChunk(
            hooked, self.clock, self.plan_job, self.process_chunk, self.changed.append
        )
        self.cancel_job = CancelJob(hooked, self.clock, self.changed.append)
        self.retry_job = RetryJob(database, self.create_job)
        self.watch_job = WatchJob(database)
        self.save(make_settings())

    def _wake(self) -> None:
        self.woken += 1

    def save(self, settings: TenantSettings) -> None:
        """Writes settings, good or bad."""
        with self.database.write() as unit:
            unit.settings.put(ACME, settings)
            unit.commit()

    def sell(self, *order_ids: str, form: OrderForm | None = None, **changes: Any) -> ImportResult:
        """Imports good orders, or ones with changes."""
        orders = [make_order_json(form, id=order_id, **changes) for order_id in order_ids]
        return self.import_batch(
            ACME, [IncomingOrder(at, "", order_bytes(o)) for at, o in enumerate(orders, start=1)]
        )

    def start(self, *order_ids: str, request_id: str = "") -> Job:
        """Creates a MANUAL job for orders, or an AUTOMATIC one for none."""
        job_type = JobType.MANUAL if order_ids else JobType.AUTOMATIC
        return self.create_job(ACME, job_type, order_ids, request_id)

    def claim(self) -> Chunk | None:
        """Claims a chunk as a new worker."""
        with self.database.write() as unit:
            chunk = unit.chunks.claim(f"worker-{next(self._holders)}", self.clock.now(), 8)
            unit.commit()
        return chunk

    def claimed(self) -> Chunk:
        """Claims a chunk that must be there."""
        chunk = self.claim()
        assert chunk
        return chunk

    def restart(self) -> None:
        """Frees what crashed workers held, as an engine does at its start."""
        with self.database.write() as unit:
            unit.chunks.release_all()
            unit.commit()

    def work(self) -> None:
        """Works until there is nothing to do."""
        while chunk := self.claim():
            (self.process_chunk if chunk.end else self.plan_job)(chunk)

    def job(self, job_id: str) -> Job:
        """Reads a job."""
        with self.database.read() as unit:
            job = unit.jobs.get(ACME, job_id)
        assert job
        return job

    def outcomes(self, job: Job) -> list[JobOrder]:
        """Reads what became of a job's orders."""
        with self.database.read() as unit:
            return list(unit.jobs.orders(job.job_id, 0, 100))

    def records(self) -> list[InvoiceRecord]:
        """Lists all invoices and credit notes and what came of them, the oldest first."""
        with self.database.read() as unit:
            return list(unit.invoices.page(ACME, "", "", None, 100).items)[::-1]

    def invoices(self) -> list[tuple[Invoice, tuple[Document, ...]]]:
        """Lists all invoices with their documents, the oldest first."""
        return [(record.invoice, record.documents) for record in self.records()]

    def numbers(self) -> list[str]:
        """Lists the numbers of all invoices, the oldest first."""
        return [invoice.number for invoice, _ in self.invoices()]


@pytest.fixture
def shop(tmp_path):
    url = f"sqlite:///{tmp_path}/invoicejobs.db"
    migrate(url)
    database = open_database(url)
    yield Shop(database)
    database.close()


class Auditor:
    """Somebody who may look at everything and change anything."""

    def __init__(self, shop, file):
        self.shop = shop
        self.file = file
        self.while_pausing = lambda: None
        self.progress = []

    def verify(self, *, quick=False, repair=False, tenant=None):
        found: list[Finding] = []
        mend = RepairDocuments(self.shop.database, self.shop.renderer, self.shop.documents)
        VerifyArchive(self.shop.database, self.shop.documents, self._pause)(
            Asked(tenant, quick, mend if repair else None),
            found.append,
            lambda done, total: self.progress.append((done, total)),
        )
        return found

    def _pause(self):
        self.while_pausing()

    def kinds(self, **options):
        return [finding.kind for finding in self.verify(**options)]

    def sql(self, statement, *values):
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute(statement, values)
            connection.commit()


@pytest.fixture
def auditor(shop, tmp_path):
    shop.save(SETTINGS)
    shop.sell("o-1", "o-2", "o-3")
    shop.start("o-1", "o-2", "o-3")
    shop.work()
    return Auditor(shop, tmp_path / "invoicejobs.db")
