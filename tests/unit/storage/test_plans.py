"""The statements that run often, or over much, go by an index: SQLite says how it would do them."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from server.domain.job import JobFilter, JobStatus, JobType
from server.ports import DueFilter, UnitOfWork
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    add_job,
    imported,
    make_document,
    make_order,
    make_series,
    make_settings,
    success,
    write,
)

DUE = DueFilter(("CONFIRMED",), ("70", "75"), NOON, {"main": date(2025, 11, 3)}, date(2025, 11, 3))

OF_TYPE = JobFilter(job_type=JobType.AUTOMATIC)
OF_TIME = JobFilter(created_from=NOON - timedelta(days=9), created_before=NOON)


@pytest.fixture
def plan_of(engines, database, statements_of):
    """Tells how SQLite does what a unit of work is asked for, line by line."""

    def look(work: Callable[[UnitOfWork], object]) -> list[str]:
        with statements_of(engines.writer) as statements, database.write() as unit:
            del statements[:]  # its begin
            work(unit)
        assert statements
        with engines.writer.connect() as connection:
            return [
                row.detail
                for statement, parameters in statements
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]

    return look


@pytest.fixture(autouse=True)
def filled(engines, database):
    """Some of everything, so that the plans are those of a database in use."""
    orders = [make_order(f"o-{n}", created=NOON - timedelta(n)) for n in range(300)]
    issued = [make_invoice(1, number=f"R-{n}", order_id=f"o-{n}") for n in range(200)]
    with database.write() as unit:
        unit.orders.put(ACME, imported(*orders))
        unit.invoices.add(ACME, "job-1", issued)
        unit.invoices.add_documents(ACME, [make_document(f"R-{n}") for n in range(200)])
        unit.settings.put(ACME, make_settings())
        for number in range(20):
            add_job(unit, f"job-{number}", 20)
        unit.commit()


@pytest.mark.parametrize(
    "work",
    [
        lambda unit: list(unit.orders.due(ACME, DUE)),
        lambda unit: unit.orders.put(ACME, imported(make_order("o-1", status="x"))),
        lambda unit: unit.orders.put(ACME, [(make_order("o-1"), b"new"), (make_order("n"), b"n")]),
        lambda unit: unit.orders.get(ACME, "o-1"),
        lambda unit: unit.orders.bodies(ACME, ["o-1", "o-2"]),
        lambda unit: unit.orders.page(ACME, None, "", "o-1", 10),
        lambda unit: unit.orders.page(ACME, True, "", "o-1", 10),
        lambda unit: unit.orders.page(ACME, False, "", "o-1", 10),
        lambda unit: unit.orders.page(ACME, None, "CONFIRMED", "o-1", 10),
        lambda unit: unit.jobs.get(ACME, "job-1"),
        lambda unit: unit.jobs.orders("job-1", 5, 10),
        lambda unit: unit.jobs.page(ACME, JobFilter(), f"{2**50}-5", 10),
        lambda unit: unit.jobs.page(ACME, JobFilter(JobStatus.IN_PROGRESS), f"{2**50}-5", 10),
        lambda unit: unit.jobs.page(ACME, JobFilter(JobStatus.DONE), None, 10),
        lambda unit: unit.jobs.page(ACME, OF_TYPE, None, 10),
        lambda unit: unit.jobs.page(ACME, OF_TIME, None, 10),
        lambda unit: unit.jobs.load(ACME),
        lambda unit: unit.schedules.of_tenant(ACME),
        lambda unit: unit.schedules.due(NOON),
        lambda unit: unit.schedules.next_due(NOON),
        lambda unit: unit.jobs.to_change(ACME, "job-1"),
        lambda unit: unit.jobs.outcomes("job-1", 5, 10),
        lambda unit: unit.jobs.failed("job-1"),
        lambda unit: unit.jobs.record_range("job-1", 2, 9, success(0)),
        lambda unit: unit.jobs.record_invoiced("job-1", 2, 9, success(0)),
        lambda unit: unit.jobs.cancel("job-1", NOON),
        lambda unit: unit.chunks.drop_untouched("job-1"),
        lambda unit: unit.jobs.add_orders("job-1", 20, ["o-1"]),
        lambda unit: unit.jobs.record("job-1", [success(3)]),
        lambda unit: unit.jobs.close_if_complete("job-1", NOON),
        lambda unit: unit.requests.find(ACME, "key"),
        lambda unit: unit.chunks.any_free(),
        lambda unit: unit.chunks.holds(unit.chunks.claim("me", NOON, 8)),
        lambda unit: unit.chunks.finish(unit.chunks.claim("me", NOON, 8)),
        lambda unit: unit.chunks.release(unit.chunks.claim("me", NOON, 8), NOON, counted=True),
        lambda unit: unit.chunks.release_all(),
        lambda unit: unit.invoices.of_orders(ACME, ["o-1", "o-2"]),
        lambda unit: unit.invoices.taken(ACME, ["R-1", "R-2"]),
        lambda unit: unit.invoices.get(ACME, ["R-1", "R-2"]),
        lambda unit: unit.invoices.page(ACME, "", "", "500", 10),
        lambda unit: unit.invoices.page(ACME, "o-1", "", None, 10),
        lambda unit: unit.invoices.page(ACME, "", "job-1", "500", 10),
        lambda unit: unit.invoices.documents(ACME, "R-1"),
        lambda unit: unit.invoices.record(ACME, "R-1"),
        lambda unit: unit.invoices.to_credit(ACME, "R-1"),
        lambda unit: unit.invoices.cancel(ACME, "R-1"),
        lambda unit: unit.numbers.draw(ACME, make_series(), 5),
        lambda unit: unit.settings.get(ACME),
        lambda unit: unit.archive.tenants(),
        lambda unit: unit.archive.counters(ACME),
        lambda unit: unit.archive.document_keys(ACME, ("R-1", "PDF"), 10),
        lambda unit: unit.retention.invoices_of(ACME, "o-1"),
    ],
)
def test_no_table_is_read_as_a_whole(plan_of, work):
    plan = plan_of(work)
    # The scan of a partial index goes over what is open, not over what was.
    whole = [line for line in plan if re.match(r"SCAN (?!CONSTANT ROW|\(subquery|pending)", line)]
    partial = ("jobs_unfinished", "chunks_free", "chunks_held")
    assert [line for line in whole if not any(name in line for name in partial)] == []


def test_due_orders_are_found_in_the_index_alone_and_already_sorted(plan_of):
    plan = plan_of(lambda unit: list(unit.orders.due(ACME, DUE)))
    assert len(plan) == 2
    assert all("SEARCH orders USING COVERING INDEX orders_due (tenant=?" in line for line in plan)


def test_the_next_fetch_of_due_orders_begins_where_the_last_one_ended(plan_of, database):
    orders = [make_order(f"m-{n:04d}", created=NOON - timedelta(n)) for n in range(1100)]
    write(database, lambda unit: unit.orders.put(ACME, imported(*orders)))
    plan = plan_of(lambda unit: list(unit.orders.due(ACME, DUE)))
    assert len(plan) == 3
    assert "orders_due (tenant=? AND (created,order_id)>(?,?))" in plan[1]


def test_lists_are_not_sorted_but_read_in_order(plan_of):
    plan = plan_of(
        lambda unit: (
            unit.orders.page(ACME, None, "", None, 10),
            unit.orders.page(ACME, False, "", None, 10),
            unit.orders.page(ACME, None, "CONFIRMED", None, 10),
            unit.jobs.page(ACME, JobFilter(), None, 10),
            unit.jobs.page(ACME, JobFilter(JobStatus.IN_PROGRESS), None, 10),
            unit.jobs.page(ACME, OF_TYPE, None, 10),
            unit.jobs.page(ACME, OF_TIME, None, 10),
            unit.jobs.outcomes("job-1", 5, 10),
            unit.jobs.orders("job-1", 0, 10),
            unit.invoices.page(ACME, "", "job-1", None, 10),
        )
    )
    sorts = [line for line in plan if "B-TREE" in line]
    # Only an invoice's handful of documents is sorted.
    assert sorts in ([], ["USE TEMP B-TREE FOR ORDER BY"])


def test_claiming_looks_only_at_open_chunks(plan_of):
    plan = plan_of(lambda unit: unit.chunks.claim("me", NOON, 8))
    chunk_lines = [line for line in plan if " chunks " in line]
    assert chunk_lines
    for line in chunk_lines:
        assert any(name in line for name in ("chunks_free", "chunks_held", "autoindex_chunks"))
    assert any("jobs_unfinished" in line for line in plan)


def test_what_jobs_say_of_an_order_is_found_by_the_order(plan_of):
    plan = plan_of(lambda unit: unit.retention.erase_order(ACME, "o-1", "erased"))
    assert any("job_orders USING INDEX job_orders_told (order_id=?" in line for line in plan)
