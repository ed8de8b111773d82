"""Purging deletes what is old enough, nothing else, and leaves an archive that verifies."""

import logging
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from server.domain.audit import AuditAction, AuditFilter
from server.domain.credit import Credit
from server.service.archive_findings import Finding
from server.service.purge import STEP, Purge, Purged, Retention
from server.service.verify_archive import Asked, VerifyArchive
from tests.builders.cancellation import SETTINGS
from tests.unit.service.conftest import ACME

FOR_EVER = Retention(jobs_days=0, orders_days=0, invoices_years=0)


@pytest.fixture
def purge(shop):
    """Purges, and looks whether everything still agrees."""

    def purge(*, dry_run=False, **retention):
        kept = Retention(**(asdict(FOR_EVER) | retention))
        purged = Purge(shop.database, shop.clock, shop.documents, kept)(dry_run=dry_run)
        found: list[Finding] = []
        VerifyArchive(shop.database, shop.documents, lambda: None)(
            Asked(), found.append, lambda *_: None
        )
        assert found == []
        return purged

    return purge


def invoiced(shop, *order_ids):
    shop.save(SETTINGS)
    shop.sell(*order_ids)
    job = shop.start(*order_ids)
    shop.work()
    return job


def order(shop, order_id):
    with shop.database.read() as unit:
        return unit.orders.get(ACME, order_id)


def found_job(shop, job):
    with shop.database.read() as unit:
        return unit.jobs.get(ACME, job.job_id)


class TestRequestIds:
    def test_they_go_after_24_hours_whatever_is_kept(self, shop, purge):
        shop.sell("o-1")
        shop.start("o-1", request_id="r-1")
        shop.clock.advance(hours=23)
        assert purge() == Purged()
        shop.start("o-1", request_id="r-2")
        shop.clock.advance(hours=2)
        assert purge() == Purged(requests=1)
        with shop.database.read() as unit:
            assert unit.requests.find(ACME, "r-1") is None
            assert unit.requests.find(ACME, "r-2")


class TestJobs:
    def test_a_job_goes_with_its_orders_so_many_days_after_it_was_done(self, shop, purge):
        job = invoiced(shop, "o-1", "o-2")
        shop.clock.advance(days=29)
        assert purge(jobs_days=30) == Purged()
        shop.clock.advance(days=2)
        assert purge(jobs_days=30) == Purged(jobs=1)
        assert found_job(shop, job) is None
        assert shop.outcomes(job) == []
        assert len(shop.invoices()) == 2

    def test_a_job_that_is_not_done_stays_however_old_it_is(self, shop, purge):
        shop.sell("o-1")
        job = shop.start("o-1")
        shop.clock.advance(days=1000)
        assert purge(jobs_days=1) == Purged()
        shop.work()
        assert shop.job(job.job_id).done_at

    def test_a_large_job_goes_in_steps_between_which_its_counts_agree(self, shop, monkeypatch):
        monkeypatch.setattr("server.service.purge.STEP", 2)
        ids = [f"o-{n}" for n in range(5)]
        job = invoiced(shop, *ids)
        shop.clock.advance(days=2)
        seen = []

        def stopping():
            now = found_job(shop, job)
            if now:
                assert now.order_count == len(shop.outcomes(job)) == now.success_count
                seen.append(now.order_count)
            return False

        Purge(shop.database, shop.clock, shop.documents, Retention(1, 0, 0))(stopping)
        assert sorted(set(seen), reverse=True) == [5, 3, 1]
        assert found_job(shop, job) is None

    def test_it_stops_between_two_steps_when_asked(self, shop):
        job = invoiced(shop, "o-1")
        shop.clock.advance(days=2)
        stopped = Purge(shop.database, shop.clock, shop.documents, Retention(1, 0, 0))(lambda: True)
        assert stopped == Purged()
        assert found_job(shop, job)


class TestOrders:
    def test_only_orders_that_are_invoiced_go(self, shop, purge):
        invoiced(shop, "o-1")
        shop.sell("o-2")
        shop.clock.advance(days=31)
        assert purge(orders_days=30) == Purged(orders=1)
        assert order(shop, "o-1") is None
        assert order(shop, "o-2")
        assert len(shop.invoices()) == 1

    def test_an_order_whose_invoice_is_young_stays(self, shop, purge):
        shop.sell("o-1")
        shop.clock.advance(days=100)
        invoiced(shop, "o-1")
        assert purge(orders_days=30) == Purged()

    def test_an_order_that_waits_in_another_job_stays(self, shop, purge):
        invoiced(shop, "o-1")
        shop.clock.advance(days=31)
        shop.start("o-1")
        assert purge(orders_days=30) == Purged()
        assert order(shop, "o-1")

    def test_an_order_whose_invoice_was_cancelled_stays(self, shop, purge):
        invoiced(shop, "o-1")
        shop.cancel_invoice(ACME, shop.numbers()[0], Credit("damaged"))
        shop.clock.advance(days=31)
        assert purge(orders_days=30) == Purged()

    def test_a_job_that_names_a_deleted_order_gives_its_invoice(self, shop, purge):
        invoiced(shop, "o-1")
        shop.clock.advance(days=31)
        purge(orders_days=30)
        job = shop.start("o-1")
        shop.work()
        assert [o.invoice_number for o in shop.outcomes(job)] == shop.numbers()

    def test_more_orders_than_a_step_takes_all_go(self, shop, purge, monkeypatch):
        monkeypatch.setattr("server.service.purge.STEP", 2)
        invoiced(shop, *(f"o-{n}" for n in range(5)))
        shop.clock.advance(days=31)
        assert purge(orders_days=30) == Purged(orders=5)


class TestInvoices:
    def test_years_count_from_the_end_of_the_year_of_issue(self, shop, purge):
        invoiced(shop, "o-1")  # in March 2026
        shop.clock.time = datetime(2036, 12, 31, 23, tzinfo=UTC)
        assert purge(invoices_years=10) == Purged()
        shop.clock.time = datetime(2037, 1, 1, 1, tzinfo=UTC)
        assert purge(invoices_years=10) == Purged(invoices=1)

    def test_an_invoice_goes_with_documents_and_order_and_leaves_no_gap(self, shop, purge):
        invoiced(shop, "o-1", "o-2")
        shop.clock.advance(days=366)
        invoiced(shop, "o-3")
        shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
        kept = shop.numbers()[2:]
        assert purge(invoices_years=4) == Purged(invoices=2)
        assert shop.numbers() == kept
        assert set(shop.documents.files) == {
            document.key for _, documents in shop.invoices() for document in documents
        }
        assert order(shop, "o-1") is None
        assert order(shop, "o-3")

    def test_its_number_is_not_given_again(self, shop, purge):
        invoiced(shop, "o-1")
        (number,) = shop.numbers()
        shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
        purge(invoices_years=4)
        with shop.database.read() as unit:
            assert unit.invoices.taken(ACME, [number]) == {number}

    def test_an_invoice_waits_for_its_younger_credit_note(self, shop, purge):
        invoiced(shop, "o-1")
        shop.clock.advance(days=366)
        shop.cancel_invoice(ACME, shop.numbers()[0], Credit("damaged"))
        shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
        assert purge(invoices_years=4) == Purged()
        shop.clock.time = datetime(2032, 1, 2, tzinfo=UTC)
        assert purge(invoices_years=4) == Purged(invoices=2)
        assert order(shop, "o-1"), "it waits for a new invoice"

    def test_an_invoice_whose_order_waits_in_a_job_stays(self, shop, purge):
        invoiced(shop, "o-1")
        shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
        shop.start("o-1")
        assert purge(invoices_years=4) == Purged()


def test_a_dry_run_tells_the_same_and_deletes_nothing(shop, purge):
    shop.sell("o-1", "o-2")
    shop.start("o-1", "o-2", request_id="r-1")
    shop.work()
    shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
    files = dict(shop.documents.files)
    kept = {"jobs_days": 1, "invoices_years": 1}
    expected = Purged(requests=1, jobs=1, invoices=2)
    assert purge(dry_run=True, **kept) == expected
    assert shop.documents.files == files
    assert purge(**kept) == expected
    assert shop.documents.files == {}
    assert purge(**kept) == Purged()


def test_a_dry_run_counts_orders_that_go_with_their_invoices_once(shop, purge):
    invoiced(shop, "o-1", "o-2", "o-3")
    shop.clock.advance(days=366)
    # An invoice that stays for its younger credit note: its order goes by itself.
    shop.cancel_invoice(ACME, shop.numbers()[0], Credit("damaged", amount=Decimal(1)), "r-1")
    shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
    kept = {"orders_days": 30, "invoices_years": 4}
    expected = Purged(requests=1, orders=1, invoices=2)
    assert purge(dry_run=True, **kept) == expected
    assert purge(**kept) == expected


def test_an_invoice_that_cannot_be_read_stays_and_keeps_nothing_else(shop, auditor, caplog):
    first, *others = shop.numbers()
    auditor.sql("UPDATE invoices SET snapshot = '{}' WHERE number = ?", first)
    shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
    purge = Purge(shop.database, shop.clock, shop.documents, Retention(0, 30, 4))
    assert purge() == Purged(invoices=len(others))
    assert [r.getMessage() for r in caplog.records if first in r.getMessage()] == [
        f"invoice {first} of tenant acme is unreadable: it stays"
    ]
    assert auditor.kinds() == ["SNAPSHOT_UNREADABLE"]


@pytest.mark.parametrize("kept", [{"orders_days": 30}, {"invoices_years": 4}])
def test_steps_go_on_behind_an_invoice_that_cannot_be_read(shop, auditor, monkeypatch, kept):
    monkeypatch.setattr("server.service.purge.STEP", 1)
    auditor.sql("UPDATE invoices SET snapshot = '{}' WHERE number = ?", shop.numbers()[0])
    shop.clock.time = datetime(2031, 1, 2, tzinfo=UTC)
    retention = Retention(**(asdict(FOR_EVER) | kept))
    Purge(shop.database, shop.clock, shop.documents, retention)()
    assert [order(shop, order_id) is None for order_id in ("o-1", "o-2", "o-3")] == [
        *(False, True, True),
    ]


def test_of_several_servers_one_purges_once_a_day(shop, caplog):
    caplog.set_level(logging.INFO)
    servers = [
        Purge(shop.database, shop.clock, shop.documents, Retention(1, 0, 0)) for _ in range(3)
    ]

    def purged():
        return [server.if_due(lambda: False) is not None for server in servers]

    assert purged() == [True, False, False]
    shop.clock.advance(hours=23)
    assert purged() == [False, False, False]
    shop.clock.advance(hours=2)
    assert purged() == [True, False, False]


def test_a_step_is_small():
    assert STEP <= 500


def test_the_audit_log_is_told_what_was_deleted_but_not_what_would_be(shop, purge):
    invoiced(shop, "o-1", "o-2")
    shop.clock.advance(days=31)
    purge(jobs_days=30, dry_run=True)
    assert purge(jobs_days=30).jobs == 1
    purge(jobs_days=30)
    with shop.database.read() as unit:
        found = unit.audit.page(AuditFilter(action=AuditAction.PURGE), None, 10)
    assert [(entry.tenant, entry.detail) for _, entry in found] == [("", "1 jobs")]
