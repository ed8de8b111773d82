"""What jobs are measured with is what it says: the numbers would mean nothing otherwise."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib import import_module
from operator import attrgetter

import pytest
from sqlalchemy import func, select

from benchmarks.jobs.old import fill_with_old
from benchmarks.jobs.orders import LINES, TENANT, order_json
from benchmarks.jobs.processes import cpu_seconds
from benchmarks.jobs.rendering import invoices
from benchmarks.jobs.shares import PARTS, REST
from benchmarks.stages import Stages
from server.domain.job import Job, JobType
from server.domain.tenant import Tenant
from server.storage import migrate, open_database
from server.storage.engine import open_engines
from server.storage.tables import documents, job_orders
from server.storage.tables import invoices as invoice_table
from server.storage.tables import orders as order_table

FILLED = (order_table, job_orders, invoice_table, documents)


def test_each_measured_order_becomes_an_invoice_of_twelve_lines():
    made = invoices(0, 20)

    assert {len(invoice.draft.lines) for invoice in made} == {LINES}


def test_no_two_measured_orders_are_alike():
    made = invoices(0, 20)

    assert len({invoice.draft.totals.tax_inclusive for invoice in made}) == len(made)
    assert all(f" {n}" in line.name for n, i in enumerate(made) for line in i.draft.lines)


def test_an_order_of_a_number_is_the_same_wherever_it_is_made():
    assert order_json(7) == order_json(7)


def test_every_function_whose_time_is_shared_out_is_where_it_is_looked_up():
    before = [_found(place) for place in PARTS]
    with Stages(PARTS, REST).watching():
        watched = [_found(place) for place in PARTS]

    assert not set(map(id, before)) & set(map(id, watched))
    assert [_found(place) for place in PARTS] == before


def test_old_invoices_are_there_in_all_tables(tmp_path):
    url = f"sqlite:///{tmp_path}/old.db"
    migrate(url)

    fill_with_old(url, 2_500)

    engines = open_engines(url)
    with engines.reader.connect() as connection:
        counts = [connection.scalar(select(func.count()).select_from(t)) for t in FILLED]
    engines.close()
    assert counts == [2_500] * len(FILLED)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_old_invoices_leave_only_new_jobs_to_do(tmp_path, engine, request):
    url = f"sqlite:///{tmp_path}/old.db"
    if engine == "postgresql":
        url = request.getfixturevalue("postgres_url")
    migrate(url)
    fill_with_old(url, 2_000)

    database = open_database(url)
    with database.write() as unit:
        unit.jobs.add(Job("new", Tenant(TENANT), JobType.MANUAL, created_at=datetime.now(UTC)))
        unit.jobs.add_orders("new", 0, ["order"])
        load = unit.jobs.load(Tenant(TENANT))
        holders = unit.chunks.holders()
        unit.commit()
    database.close()

    assert (load.jobs, load.orders, holders) == (1, 1, ())


def test_the_processor_time_of_a_process_is_counted():
    own, _ = cpu_seconds(os.getpid())

    assert 0 < own <= sum(os.times()[:2]) + 1


def _found(place):
    module, _, path = place.partition(":")
    return attrgetter(path)(import_module(module))
