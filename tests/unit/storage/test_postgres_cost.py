"""What often-used statements read in a PostgreSQL database with years of invoices in it.

Counted by the server itself: the rows that a transaction really touched, both while plans are
made for the values at hand and when the server has settled for one plan for all values.
"""

import uuid
from datetime import date

import psycopg
import pytest

from server.domain.job import JobFilter, JobStatus, JobType
from server.ports import DueFilter
from server.storage import migrate
from server.storage.engine import open_engines
from server.storage.snapshots import write_invoice
from server.storage.unit_of_work import SqlDatabase
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    imported,
    make_document,
    make_order,
    make_series,
    success,
)

#: Orders of long ago have their invoices; the newest wait.
ORDERS, WAITING = 10_000, 300
#: Jobs of long ago are done.
JOBS, UNFINISHED = 1_000, 10
#: One of them has as many chunks.
LONG = 2_000
DUE = DueFilter(("CONFIRMED",), ("70", "75"), NOON, {"main": date(2025, 11, 3)}, date(2025, 11, 3))
LARGE = {"orders", "invoices", "documents", "jobs", "job_orders", "chunks"}

FILL = f"""
SET session_replication_role = replica;
INSERT INTO orders SELECT 'acme', 'o-' || n, 'N', 'main', 'CONFIRMED', '70',
  timestamptz '2025-11-01' - n * interval '1 minute', '2025-11-02', NULL, n > {WAITING},
  'EUR', '1.00', decode(md5(n::text), 'hex'), '{{}}' FROM generate_series(1, {ORDERS}) n;
INSERT INTO invoices (tenant, number, order_id, job_id, type_code, preceding_number, live, snapshot)
  SELECT 'acme', 'R-' || n, 'o-' || n, 'job-' || n % {JOBS}, '380', NULL, true,
  current_setting('test.snapshot') FROM generate_series({WAITING + 1}, {ORDERS}) n;
INSERT INTO documents SELECT 'acme', number, 'PDF', '', '', 1, '', '' FROM invoices;
INSERT INTO jobs
  (job_id, tenant, job_type, created_at, done_at, order_count, success_count, failure_count)
  SELECT 'job-' || n, 'acme', CASE n % 100 WHEN 0 THEN 'AUTOMATIC' ELSE 'MANUAL' END,
  now(), CASE WHEN n <= {JOBS - UNFINISHED} THEN now() END,
  20, 0, 0 FROM generate_series(1, {JOBS}) n;
INSERT INTO job_orders SELECT key, n, 'o-' || n, 'PENDING', '', '', '', '', ''
  FROM jobs, generate_series(0, 19) n;
INSERT INTO chunks SELECT key, n, 'ORDERS', n * 2, n * 2 + 2, '1970-01-01', 0,
  CASE WHEN done_at IS NOT NULL THEN 'x' END, done_at IS NOT NULL
  FROM jobs, generate_series(0, 9) n;
INSERT INTO chunks SELECT max(key), n, 'ORDERS', 0, 0, '1970-01-01', 0, NULL, false
  FROM jobs, generate_series(10, {LONG}) n GROUP BY n;
"""


@pytest.fixture(scope="module")
def filled(postgres_server):
    """The URL of a database that has long been in use, and knows its own statistics."""
    with postgres_server.database(f"long_in_use_{uuid.uuid4().hex}") as url:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            snapshot = write_invoice(make_invoice(1))
            connection.execute("SELECT set_config('test.snapshot', %s, false)", [snapshot])
            connection.execute(FILL.encode())
            connection.execute("VACUUM ANALYZE")
        yield url


@pytest.fixture(params=["auto", "force_generic_plan"])
def rows_read(request, filled):
    """Tells how many rows of the large tables a unit of work read, by table and way."""
    engines = open_engines(f"{filled}&options=-c%20plan_cache_mode%3D{request.param}")

    def counted(unit):
        rows = unit.jobs._connection.exec_driver_sql(
            "SELECT relname, seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables"
        )
        return {table: (whole, found) for table, whole, found in rows if table in LARGE}

    def look(work):
        with SqlDatabase(engines).write() as unit:
            work(unit)  # so that what a connection asks once in its life is not counted
        with SqlDatabase(engines).write() as unit:
            # The server adds to what it has not yet told of earlier transactions.
            before = counted(unit)
            work(unit)
            after = counted(unit)
        grown = {
            table: [
                now - then
                for now, then in zip(after[table], before.get(table, (0, 0)), strict=True)
            ]
            for table in after
        }
        whole = {table: rows for table, (rows, _) in grown.items() if rows}
        return whole, sum(found for _, found in grown.values())

    yield look
    engines.close()


def a_chunk(unit):
    return unit.chunks.claim("me", NOON, 8)


@pytest.mark.parametrize(
    ("work", "most"),
    [
        # All that wait are read, for the claim looks at each unfinished job.
        (lambda unit: list(unit.orders.due(ACME, DUE)), WAITING + 1),
        (a_chunk, 12 * UNFINISHED),
        (lambda unit: unit.chunks.holds(a_chunk(unit)), 12 * UNFINISHED),
        (lambda unit: unit.chunks.finish(a_chunk(unit)), 12 * UNFINISHED),
        (lambda unit: unit.chunks.release(a_chunk(unit), NOON, counted=True), 12 * UNFINISHED),
        (lambda unit: (a_chunk(unit), unit.chunks.release_all()), 12 * UNFINISHED),
        (lambda unit: unit.jobs.load(ACME), UNFINISHED),
        (lambda unit: unit.jobs.get(ACME, "job-1"), 2),
        (lambda unit: unit.jobs.orders("job-1", 5, 10), 15),
        (lambda unit: unit.jobs.page(ACME, JobFilter(), f"{2**50}-500", 10), 12),
        (lambda unit: unit.jobs.page(ACME, JobFilter(JobStatus.IN_PROGRESS), None, 5), 7),
        (lambda unit: unit.jobs.page(ACME, JobFilter(JobStatus.DONE), f"{2**50}-500", 10), 12),
        (lambda unit: unit.jobs.page(ACME, JobFilter(job_type=JobType.AUTOMATIC), None, 5), 7),
        (lambda unit: unit.jobs.page(ACME, JobFilter(created_before=NOON), None, 10), 2),
        (lambda unit: unit.jobs.outcomes("job-1", 0, 10), 12),
        (lambda unit: unit.chunks.drop_untouched(f"job-{JOBS - 1}"), 40),
        (lambda unit: unit.jobs.add_orders("job-1", 20, ["o-1"]), 8),
        (lambda unit: unit.jobs.record("job-1", [success(3), success(4)]), 12),
        (lambda unit: unit.jobs.close_if_complete("job-1", NOON), 8),
        (lambda unit: unit.orders.put(ACME, imported(make_order("o-1", status="x"))), 4),
        (lambda unit: unit.orders.put(ACME, imported(make_order("new"))), 4),
        (lambda unit: unit.orders.get(ACME, "o-1"), 2),
        (lambda unit: unit.orders.get(ACME, f"o-{WAITING + 1}"), 2),
        (lambda unit: unit.orders.bodies(ACME, ["o-1", "o-2"]), 2),
        (lambda unit: unit.orders.page(ACME, None, "", "o-1", 10), 22),
        (lambda unit: unit.orders.page(ACME, True, "", "o-5", 10), 22),
        (lambda unit: unit.orders.page(ACME, False, "", "o-1", 10), 22),
        (lambda unit: unit.orders.page(ACME, None, "CONFIRMED", "o-1", 10), 22),
        (lambda unit: unit.invoices.of_orders(ACME, ["o-1", "o-999", "o-1000"]), 8),
        (lambda unit: unit.invoices.taken(ACME, ["R-1", "R-999"]), 2),
        (lambda unit: unit.invoices.get(ACME, ["R-998", "R-999"]), 2),
        (lambda unit: unit.invoices.page(ACME, "", "", "5000", 10), 24),
        (lambda unit: unit.invoices.page(ACME, "o-999", "", None, 10), 4),
        (lambda unit: unit.invoices.page(ACME, "", "job-7", None, 10), 24),
        (lambda unit: unit.invoices.documents(ACME, "R-999"), 2),
        (lambda unit: unit.invoices.to_credit(ACME, "R-999"), 4),
        (lambda unit: unit.invoices.cancel(ACME, "R-999"), 6),
        (lambda unit: unit.invoices.add_documents(ACME, [make_document("R-999")]), 4),
        (
            lambda unit: unit.invoices.add(
                ACME, "job-1", [make_invoice(1, number="new", order_id="o-1")]
            ),
            6,
        ),
        (lambda unit: unit.numbers.draw(ACME, make_series(), 5), 0),
    ],
)
def test_the_cost_does_not_grow_with_what_is_past(rows_read, work, most):
    whole, rows = rows_read(work)
    assert whole == {}
    assert rows <= most


def scanned(plan):
    """Counts the rows that the scans of a plan read, those of indexes alone included."""
    rows = 0
    if "Relation Name" in plan:
        found = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        rows = found * plan["Actual Loops"]
    return rows + sum(map(scanned, plan.get("Plans", ())))


def test_claiming_does_not_look_at_every_free_chunk(filled, statements_of):
    engines = open_engines(filled)
    with (
        statements_of(engines.writer) as statements,
        SqlDatabase(engines).write() as unit,
    ):
        assert a_chunk(unit)
    with engines.writer.connect() as connection:
        rows = 0
        for statement, parameters in statements:
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            (plan,) = connection.exec_driver_sql(explained, parameters).scalar_one()
            rows += scanned(plan["Plan"])
    engines.close()
    assert rows <= 8 * UNFINISHED
