"""The audit log only grows, and jobs remember who asked for them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from server.domain.audit import AuditAction, AuditEntry, AuditFilter
from server.domain.job import ChunkKind
from server.domain.origin import UNKNOWN, Origin
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, NOON, OTHER, add_job, make_job, write

SHOP = Origin("shop", "10.0.0.1", "r-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def entry(minute=0, tenant=ACME, action=AuditAction.CREATE_JOB, about="job-1", origin=SHOP):
    return AuditEntry(NOON + timedelta(minutes=minute), tenant, action, about, origin, "told")


def add(database, *entries):
    with database.write() as unit:
        for each in entries:
            unit.audit.add(each)
        unit.commit()


def page(database, chosen=None, before=None, limit=100):
    with database.read() as unit:
        return unit.audit.page(chosen or AuditFilter(), before, limit)


def shown(database, **chosen):
    return [each for _, each in page(database, AuditFilter(**chosen))]


def test_an_entry_comes_back_as_it_was_written(database):
    add(database, entry(), entry(origin=UNKNOWN, about=""))
    assert shown(database) == [entry(origin=UNKNOWN, about=""), entry()]


def test_entries_are_paged_from_the_newest_on(database):
    add(database, *(entry(minute) for minute in range(5)))
    first = page(database, limit=2)
    second = page(database, before=first[-1][0], limit=2)
    assert [each.at.minute for _, each in (*first, *second)] == [4, 3, 2, 1]


def test_each_filter_chooses(database):
    other = entry(9, OTHER, AuditAction.CANCEL_JOB, "job-2", Origin("boss"))
    add(database, entry(), other)
    for chosen in (
        {"tenant": OTHER},
        {"subject": "boss"},
        {"action": AuditAction.CANCEL_JOB},
        {"about": "job-2"},
        {"since": NOON + timedelta(minutes=9)},
    ):
        assert shown(database, **chosen) == [other], chosen
    assert shown(database, until=NOON + timedelta(minutes=9)) == [entry()]
    assert shown(database, tenant=ACME, subject="boss") == []


def test_an_entry_that_is_not_committed_was_never_written(database):
    with database.write() as unit:
        unit.audit.add(entry())
    assert shown(database) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET subject = 'nobody'", "DELETE FROM audit_log"]
)
def test_the_database_refuses_to_change_or_delete_an_entry(database, statement):
    add(database, entry())
    with (
        pytest.raises(Exception) as raised,  # noqa: PT011 - each database has its own
        database._engines.writer.begin() as connection,
    ):
        connection.execute(text(statement))
    assert "append-only" in f"{raised.value} {raised.value.__cause__}"
    assert shown(database) == [entry()]


def test_a_file_refuses_to_replace_an_entry_by_an_insertion(database):
    add(database, entry())
    engine = database._engines.writer
    if engine.dialect.name != "sqlite":  # PostgreSQL has no such statement
        return
    values = "1, '2026-01-01', 'acme', 'CREATE_JOB', 'x', '', 'nobody', '', '', ''"
    for statement in ("INSERT OR REPLACE", "REPLACE"):
        with (
            pytest.raises(Exception) as raised,  # noqa: PT011 - as above
            engine.begin() as connection,
        ):
            connection.execute(text(f"{statement} INTO audit_log VALUES ({values})"))
        assert "append-only" in f"{raised.value} {raised.value.__cause__}"
    assert shown(database) == [entry()]
    add(database, entry(1))
    assert len(shown(database)) == 2


def test_an_invoices_story_holds_that_of_the_job_that_issued_it(database):
    write(database, lambda unit: add_job(unit, "job-1", 1))
    invoice = make_invoice(1, number="R-1")
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", [invoice]))
    cancelled = entry(5, action=AuditAction.CANCEL_INVOICE, about="R-1")
    add(database, entry(), cancelled, entry(about="job-2"), entry(tenant=OTHER))
    assert shown(database, about="R-1") == [cancelled, entry()]


def test_a_job_and_its_chunks_remember_who_asked(database):
    def record(unit):
        unit.jobs.add(make_job("job-1", origin=SHOP))
        unit.chunks.add("job-1", ACME, ChunkKind.PLAN, 0, 0, 1)

    write(database, record)
    with database.write() as unit:
        assert unit.jobs.get(ACME, "job-1").origin == SHOP
        assert unit.chunks.claim("me", NOON, 8).origin == SHOP
        unit.commit()


def test_a_job_that_nobody_is_known_to_have_asked_for_has_no_origin(database):
    write(database, lambda unit: add_job(unit, "job-1", 1))
    with database.read() as unit:
        assert unit.jobs.get(ACME, "job-1").origin == UNKNOWN


def test_the_backlog_counts_what_is_not_done_of_all_tenants(database):
    with database.read() as unit:
        assert unit.jobs.backlog().oldest is None
    write(database, lambda unit: add_job(unit, "job-1", 3, size=1))
    write(database, lambda unit: add_job(unit, "job-2", 2, size=2, tenant=OTHER))
    with database.write() as unit:
        unit.chunks.claim("me", NOON, 8)
        unit.commit()
    with database.read() as unit:
        backlog = unit.jobs.backlog()
    assert (backlog.jobs, backlog.orders, backlog.oldest) == (2, 5, NOON)
    assert (backlog.free_chunks, backlog.held_chunks) == (3, 1)
