"""Two jobs name the same orders at the same time: each gets one invoice, and none fails."""

import itertools
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest

from server.config import read_config
from server.domain.job import JobOrderStatus, JobStatus, JobType
from server.engines import choose_engine, migrate_database, offer_chunks
from server.service.create_job import CreateJob
from server.service.import_orders import ImportOrders, IncomingOrder
from server.service.issue_invoices import IssueInvoices
from server.service.make_documents import MakeDocuments
from server.service.plan_job import PlanJob
from server.service.process_chunk import ProcessChunk
from server.service.work_on_chunk import WorkOnChunk
from server.sources.own_orders import OwnOrders
from server.sources.read_order import read_order
from server.storage import open_database
from tests.builders.orders import make_order_json, order_bytes
from tests.builders.settings import IDENTIFIERS, make_settings
from tests.builders.storage_values import ACME
from tests.fakes.outside import FakeDocuments, FakeFonts, FakeRenderer

ORDERS = [f"order-{n:04}" for n in range(1000)]
CHUNK = 20
#: Far more than it takes; the machine may be busy.
PATIENCE = 120


class Now:
    """The time of this machine."""

    def now(self):
        return datetime.now(UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request, tmp_path):
    environment = {
        "INVOICEJOBS_DATA_DIR": str(tmp_path),
        "INVOICEJOBS_WORK_PROCESSES": "4",
    }
    if request.param == "postgresql":
        environment["INVOICEJOBS_DATABASE_URL"] = request.getfixturevalue("new_postgres_url")
    config = read_config(environment)
    migrate_database(config)
    return config


@pytest.fixture
def database(config):
    database = open_database(config.database_url, offer_chunks(config))
    yield database
    database.close()


class Work:
    """Does chunks as the service does, and notes how often each had to be tried."""

    def __init__(self, database):
        source = OwnOrders(database, read_order)
        self._work = WorkOnChunk(
            database,
            Now(),
            PlanJob(database, Now(), source, CHUNK),
            ProcessChunk(
                database,
                Now(),
                source,
                IDENTIFIERS,
                FakeFonts().check,
                IssueInvoices(database, Now()),
                MakeDocuments(database, FakeRenderer(), FakeDocuments()),
            ),
            self._changed,
        )
        self.attempts: Counter[int] = Counter()
        self._database = database
        self._condition = threading.Condition()

    def __call__(self, chunk):
        self.attempts[chunk.attempts] += 1
        self._work(chunk)

    def _changed(self, job_id):
        with self._condition:
            self._condition.notify_all()

    def job(self, job_id):
        with self._database.read() as unit:
            return unit.jobs.get(ACME, job_id)

    def until_done(self, job_id):
        with self._condition:
            assert self._condition.wait_for(
                lambda: self.job(job_id).status is JobStatus.DONE, PATIENCE
            ), (self.job(job_id), self.attempts)


@pytest.fixture
def work(database):
    return Work(database)


@pytest.fixture
def engine(config, database, work):
    engine = choose_engine(config, database, Now(), work)
    yield engine
    assert engine.stop(PATIENCE)


@pytest.mark.parametrize("second", [ORDERS, ORDERS[::-1]], ids=["same way", "other way round"])
def test_all_orders_of_both_succeed_with_one_invoice_each(database, work, engine, second):
    with database.write() as unit:
        unit.settings.put(ACME, make_settings())
        unit.commit()
    orders = [order_bytes(make_order_json(id=order_id)) for order_id in ORDERS]
    ImportOrders(database, read_order, 100_000)(
        ACME, [IncomingOrder(at, "", order) for at, order in enumerate(orders, start=1)]
    )
    ids = itertools.count(1)
    create = CreateJob(database, Now(), lambda: f"job-{next(ids)}", engine.wake, 5000, CHUNK)
    jobs = [create(ACME, JobType.MANUAL, order_ids, "") for order_ids in (ORDERS, second)]
    engine.start()
    for job in jobs:
        work.until_done(job.job_id)
    with database.read() as unit:
        first, again = (unit.jobs.orders(job.job_id, 0, len(ORDERS)) for job in jobs)
    assert {order.status for order in (*first, *again)} == {JobOrderStatus.SUCCESS}
    numbers = {order.order_id: order.invoice_number for order in first}
    assert numbers == {order.order_id: order.invoice_number for order in again}
    counters = sorted(int(number.rpartition("-")[2]) for number in numbers.values())
    assert counters == list(range(1, len(ORDERS) + 1))
    # Nobody was in the other's way: what is tried too often fails its orders in the end.
    assert set(work.attempts) == {1}
