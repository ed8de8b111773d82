"""What every database promises to those who check the archive."""

from datetime import timedelta

import pytest

from server.domain.credit import Credit, compute_credit, issue_credit_note
from server.domain.job import ChunkKind
from server.ports.archive_stores import ErasedRows, InvoiceRow
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    add_job,
    failure,
    imported,
    make_document,
    make_job,
    make_order,
    make_series,
    make_settings,
    success,
    write,
)


def draw(unit, count, **series):
    opened = make_series(**series)
    return [opened.number(value) for value in unit.numbers.draw(ACME, opened, count)]


def issue(unit, numbers):
    invoices = [make_invoice(1, number=n, order_id=f"order of {n}") for n in numbers]
    unit.invoices.add(ACME, "job-1", invoices)


class TestInvoices:
    def test_they_are_listed_by_age_with_documents_and_whether_they_are_in_work(self, database):
        def work(unit):
            unit.jobs.add(make_job("job-1"))
            issue(unit, ["R-2", "R-1"])
            unit.invoices.add(ACME, "gone", [make_invoice(1, number="R-3", order_id="o")])
            unit.invoices.add_documents(ACME, [make_document("R-1")])

        write(database, work)
        with database.read() as unit:
            rows = unit.archive.invoices(ACME, 0, 10)
            assert [(row.number, row.in_work, len(row.documents)) for row in rows] == [
                *(("R-2", True, 0), ("R-1", True, 1), ("R-3", False, 0)),
            ]
            assert [row.invoice and row.invoice.number for row in rows] == ["R-2", "R-1", "R-3"]
            assert list(unit.archive.invoices(ACME, rows[0].key, 1)) == [rows[1]]
            assert unit.archive.size(ACME) == 4

    def test_keys_of_documents_are_listed_page_by_page(self, database):
        contents = [bytes([n]) for n in range(20)]

        def work(unit):
            issue(unit, [f"R-{n}" for n in range(20)])
            documents = [make_document(f"R-{n}", content) for n, content in enumerate(contents)]
            unit.invoices.add_documents(ACME, documents)

        write(database, work)
        keys = sorted(make_document("", content).key for content in contents)
        with database.read() as unit:
            found, after = [], ("", "")
            while page := unit.archive.document_keys(ACME, after, 7):
                assert len(page) <= 7
                found += [key for _, key in page]
                after = page[-1][0]
            assert sorted(found) == keys
            assert list(unit.archive.document_keys(OTHER, ("", ""), 7)) == []
            assert unit.archive.recorded([keys[3], "acme/none"]) == {keys[3]}

    def test_they_come_with_their_columns_and_credit_notes(self, database):
        invoice = make_invoice(1, number="R-1", order_id="o-1")
        note = issue_credit_note(compute_credit(invoice, (), Credit()), "C-1", NOON, NOON)

        def work(unit):
            unit.invoices.add(ACME, "job-1", [invoice])
            unit.invoices.add(ACME, "", [note])

        write(database, work)
        with database.read() as unit:
            first, second = unit.archive.invoices(ACME, 0, 10)
        assert first.row == InvoiceRow("o-1", "380", None, live=True)
        assert second.row == InvoiceRow("o-1", "381", "R-1", live=False)
        assert [kept and kept.number for kept in first.credit_notes] == [note.number]
        assert second.credit_notes == ()


class TestOrders:
    def test_marks_agree_with_invoices_as_long_as_nobody_meddles(self, database):
        def work(unit):
            unit.orders.put(ACME, imported(make_order("o-1"), make_order("o-2")))
            unit.invoices.add(ACME, "job-1", [make_invoice(1, number="R-1", order_id="o-1")])

        write(database, work)
        with database.read() as unit:
            assert list(unit.archive.marked_wrongly(ACME, 10)) == []
            assert list(unit.archive.invoiced_twice(ACME, 10)) == []


class TestJobs:
    def test_orders_and_open_chunks_are_counted(self, database):
        def work(unit):
            add_job(unit, "job-1", 3)
            unit.jobs.record("job-1", [success(0), failure(1)])
            unit.jobs.add(make_job("job-2"))
            unit.jobs.close_if_complete("job-2", NOON)
            unit.chunks.add("job-2", ACME, ChunkKind.PLAN, 0, 0, 1)

        write(database, work)
        with database.read() as unit:
            first, second = unit.archive.jobs(ACME, 0, 10)
            assert (first.job_id, first.done, first.open_chunks) == ("job-1", False, 3)
            assert first.told == first.counted == (3, 1, 1)
            assert (first.recorded, first.covered) == ((2, 2), 3)
            assert (first.unfound, first.example) == (1, success(0).invoice_number)
            assert (second.done, second.told, second.counted) == (True, (0, 0, 0), (0, 0, 0))
            assert list(unit.archive.jobs(ACME, first.key, 1)) == [second]


def test_tenants_are_those_that_have_anything(database):
    def work(unit):
        unit.settings.put(OTHER, make_settings())
        unit.jobs.add(make_job("job-1"))

    write(database, work)
    with database.read() as unit:
        assert unit.archive.tenants() == (ACME, OTHER)
        assert unit.archive.settings_readable(ACME)
        assert unit.archive.settings_readable(OTHER)


class TestRetention:
    def test_a_task_begins_once_a_day_for_all(self, database, side_by_side):
        def begin(unit):
            return unit.retention.begin("purge", NOON, timedelta(hours=24))

        assert side_by_side(begin, begin) == (True, False)
        later = NOON + timedelta(hours=25)
        with database.write() as unit:
            assert unit.retention.begin("purge", later, timedelta(hours=24))

    @pytest.mark.parametrize("years", [-3, 14])
    def test_a_task_does_not_begin_by_a_clock_that_jumped(self, database, years):
        every = timedelta(hours=24)

        def begin(now):
            with database.write() as unit:
                due = unit.retention.begin("purge", now, every)
                unit.commit()
            return due

        assert begin(NOON)
        wrong = NOON + timedelta(days=365 * years)
        assert not begin(wrong)
        # A clock that stays so is right.
        assert begin(wrong + every)
        # One that is right again is believed as slowly.
        assert not begin(NOON + every)
        assert begin(NOON + 2 * every)

    @pytest.mark.parametrize("limit", [1, 2, 10])
    def test_a_job_is_deleted_in_steps_that_agree(self, database, limit):
        def work(unit):
            add_job(unit, "job-1", 3)
            unit.jobs.record("job-1", [success(0), failure(1), success(2)])
            while chunk := unit.chunks.claim("me", NOON, 8):
                unit.chunks.finish(chunk)
            assert unit.jobs.close_if_complete("job-1", NOON)
            add_job(unit, "job-2", 1)

        write(database, work)
        later = NOON + timedelta(seconds=1)
        cursor, count = 0, 0
        while cursor is not None:
            with database.write() as unit:
                deleted = unit.retention.delete_jobs(later, cursor, limit)
                unit.commit()
            cursor, count = deleted.cursor, count + deleted.count
            with database.read() as unit:
                for job in unit.archive.jobs(ACME, 0, 10):
                    assert job.told == job.counted
        assert count == 1
        with database.read() as unit:
            assert [job.job_id for job in unit.archive.jobs(ACME, 0, 10)] == ["job-2"]
            assert unit.retention.waits(ACME, ["o-0", "o-1"]) == {"o-0"}

    def test_an_invoice_leaves_its_number_and_date(self, database):
        def work(unit):
            unit.orders.put(ACME, imported(make_order("o-1")))
            unit.invoices.add(ACME, "", [make_invoice(1, number=draw(unit, 1)[0], order_id="o-1")])
            unit.invoices.add_documents(ACME, [make_document("R-00001")])

        write(database, work)
        day = make_invoice(1).issue_date
        with database.write() as unit:
            assert unit.retention.delete_invoices(day, NOON, 0, 10).count == 0
            deleted = unit.retention.delete_invoices(day + timedelta(days=1), NOON, 0, 10)
            unit.commit()
        assert (deleted.count, deleted.keys) == (1, (make_document().key,))
        with database.read() as unit:
            assert unit.orders.get(ACME, "o-1") is None
            assert unit.invoices.get(ACME, ["R-00001"]) == {}
            assert unit.invoices.taken(ACME, ["R-00001"]) == {"R-00001"}
            (counter,) = unit.archive.counters(ACME)
            assert [d.borne for d in unit.archive.drawn(ACME, counter, None, 9)] == [True]

    def test_orders_of_old_invoices_go_in_steps(self, database):
        def work(unit):
            ids = [f"o-{n}" for n in range(5)]
            unit.orders.put(ACME, imported(*map(make_order, ids)))
            unit.invoices.add(
                ACME, "", [make_invoice(1, number=f"R-{i}", order_id=i) for i in ids[:4]]
            )

        write(database, work)
        late = make_invoice(1).issued_at + timedelta(seconds=1)
        cursor, counts = 0, []
        while cursor is not None:
            with database.write() as unit:
                deleted = unit.retention.delete_orders(late, None, cursor, 2)
                unit.commit()
            cursor = deleted.cursor
            counts.append(deleted.count)
        assert counts == [2, 2, 0]
        with database.read() as unit:
            assert [o.order_id for o in unit.orders.page(ACME, None, "", None, 9).items] == ["o-4"]

    def test_orders_that_go_with_their_invoices_are_left_to_these(self, database):
        def work(unit):
            unit.orders.put(ACME, imported(make_order("o-1")))
            unit.invoices.add(ACME, "", [make_invoice(1, number="R-1", order_id="o-1")])

        write(database, work)
        invoice = make_invoice(1)
        late, day = invoice.issued_at + timedelta(seconds=1), invoice.issue_date
        with database.write() as unit:
            delete_orders = unit.retention.delete_orders
            assert delete_orders(late, day + timedelta(days=1), 0, 9).count == 0
            assert delete_orders(late, day, 0, 9).count == 1

    def test_an_order_is_erased_and_what_jobs_say_of_it(self, database):
        def work(unit):
            unit.orders.put(ACME, imported(make_order("o-1")))
            add_job(unit, "job-1", 2)
            unit.jobs.record("job-1", [failure(1)])

        write(database, work)
        with database.write() as unit:
            erase = unit.retention.erase_order
            assert erase(ACME, "o-1", "erased") == ErasedRows(order=True, told=1, changed=1)
            assert erase(ACME, "o-1", "erased") == ErasedRows(order=False, told=1, changed=0)
            assert erase(OTHER, "o-1", "erased") == ErasedRows(order=False, told=0, changed=0)
            assert unit.retention.invoices_of(ACME, "o-1") == ()
            outcome = unit.jobs.orders("job-1", 1, 1)[0]
            assert (outcome.message, outcome.field) == ("erased", "")
            assert outcome.reason == failure(1).reason
