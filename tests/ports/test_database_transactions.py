"""What every database promises about transactions."""

import threading
from dataclasses import replace

import pytest

from server.domain.errors import Conflict
from server.domain.job import JobFilter
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    add_job,
    failure,
    imported,
    in_threads,
    make_document,
    make_job,
    make_order,
    make_settings,
    write,
)


class TestTransactions:
    def test_what_is_committed_stays(self, database):
        write(database, lambda unit: unit.jobs.add(make_job()))
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1") == make_job()

    def test_leaving_without_commit_rolls_back(self, database):
        with database.write() as unit:
            unit.jobs.add(make_job())
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1") is None

    def test_an_error_rolls_back_and_comes_out_unchanged(self, database):
        error = KeyError("mine")

        def fail(unit):
            unit.jobs.add(make_job())
            raise error

        with pytest.raises(KeyError) as raised:
            write(database, fail)
        assert raised.value is error
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1") is None

    def test_a_failed_transaction_does_not_disturb_the_next(self, database):
        write(database, lambda unit: unit.jobs.add(make_job()))
        with pytest.raises(Conflict), database.write() as unit:
            unit.jobs.add(make_job())
        write(database, lambda unit: unit.jobs.add(make_job("job-2")))
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-2")

    def test_a_contradiction_is_a_conflict_where_it_happens_and_keeps_its_cause(self, database):
        write(database, lambda unit: unit.jobs.add(make_job()))
        with database.write() as unit:
            with pytest.raises(Conflict) as raised:
                unit.jobs.add(make_job())
            assert raised.value.__cause__ is not None
            assert "jobs" not in raised.value.message

    def test_a_document_needs_its_invoice(self, database):
        with pytest.raises(Conflict), database.write() as unit:
            unit.invoices.add_documents(ACME, [make_document("R-404")])

    def test_nothing_can_be_written_after_the_commit(self, database):
        with database.write() as unit:
            unit.commit()
            with pytest.raises(Exception, match="closed transaction"):
                unit.jobs.add(make_job())

    def test_a_reader_sees_one_state_however_much_is_written_meanwhile(self, database):
        write(database, lambda unit: unit.jobs.add(make_job()))
        with database.read() as reader:
            assert reader.jobs.get(ACME, "job-1")
            write(database, lambda unit: unit.jobs.add_orders("job-1", 0, ["o-1"]))
            assert reader.jobs.orders("job-1", 0, 10) == ()
            assert reader.jobs.get(ACME, "job-1").order_count == 0
        with database.read() as unit:
            assert len(unit.jobs.orders("job-1", 0, 10)) == 1

    def test_a_reader_does_not_see_what_is_not_committed(self, database):
        with database.write() as writer:
            writer.jobs.add(make_job())
            with database.read() as reader:
                assert reader.jobs.get(ACME, "job-1") is None
            writer.commit()

    def test_readers_do_not_wait_for_a_writer(self, database):
        with database.write() as writer:
            writer.jobs.add(make_job())
            in_threads(4, lambda _: database.ready() or pytest.fail("must answer"))

    def test_a_writer_sees_what_it_wrote(self, database):
        with database.write() as unit:
            unit.jobs.add(make_job())
            assert unit.jobs.get(ACME, "job-1")

    def test_many_threads_read_and_write_at_once(self, database):
        def work(index):
            for step in range(10):
                job = make_job(f"job-{index}-{step}")
                with database.write() as unit:
                    unit.jobs.add(job)
                    unit.commit()
                with database.read() as unit:
                    assert unit.jobs.get(ACME, job.job_id)

        in_threads(12, work)
        with database.read() as unit:
            assert len(unit.jobs.page(ACME, JobFilter(), None, 1000).items) == 120

    def test_a_unit_opened_in_one_thread_can_be_left_in_another(self, database):
        opened = database.write()
        unit = opened.__enter__()
        unit.jobs.add(make_job())
        unit.commit()
        thread = threading.Thread(target=opened.__exit__, args=(None, None, None))
        thread.start()
        thread.join()
        write(database, lambda unit: unit.jobs.add(make_job("job-2")))

    def test_a_fresh_database_is_ready(self, database):
        assert database.ready()

    def test_another_process_finds_everything_after_closing(self, database, reopen):
        invoice = make_invoice(3)
        with database.write() as unit:
            unit.settings.put(ACME, make_settings())
            unit.orders.put(ACME, imported(make_order()))
            unit.invoices.add(ACME, "job-1", [invoice])
            unit.commit()
        with reopen().read() as unit:
            assert unit.settings.get(ACME) == make_settings()
            assert unit.invoices.get(ACME, [invoice.number]) == {invoice.number: invoice}

    def test_after_a_contradiction_nothing_is_committed(self, database):
        write(database, lambda unit: unit.jobs.add(make_job()))
        with database.write() as unit:
            unit.jobs.add(make_job("job-2"))
            with pytest.raises(Conflict):
                unit.jobs.add(make_job())
            with pytest.raises(Exception, match=r"closed|inactive"):
                unit.jobs.add(make_job("job-3"))
            with pytest.raises(Exception, match=r"closed|inactive"):
                unit.commit()
        with database.read() as unit:
            assert [job.job_id for job in unit.jobs.page(ACME, JobFilter(), None, 9).items] == [
                "job-1"
            ]

    def test_a_nul_in_a_text_harms_nobody(self, database):
        order = make_order("o-1", order_number="N\x001", status="CONF\x00", site_code="\x00")
        outcome = failure(0)._replace(message="of \x00", field="a.\x00")
        with database.write() as unit:
            unit.orders.put(ACME, imported(order))
            add_job(unit, "job-1", 1)
            unit.jobs.record("job-1", [outcome])
            unit.settings.put(ACME, replace(make_settings(), etag="\x00"))
            unit.commit()
        with database.read() as unit:
            summary, _ = unit.orders.get(ACME, "o-1")
            assert (summary.order_number, summary.status) == ("N\u24001", "CONF\u2400")
            assert len(unit.orders.page(ACME, None, "CONF\x00", None, 9).items) == 1
            assert unit.jobs.orders("job-1", 0, 1)[0].message == "of \u2400"
            assert unit.settings.get(ACME).etag == "\x00"
            # What a client asks for is not there, whatever it holds.
            assert unit.orders.get(ACME, "o-\x00") is None
            assert unit.jobs.get(ACME, "\x00") is None
            assert unit.invoices.record(ACME, "\x00") is None
            assert unit.invoices.page(ACME, "\x00", "\x00", None, 9).items == ()
            assert unit.requests.find(ACME, "\x00") is None

    def test_texts_sort_by_code_point(self, database):
        ids = ["a", "B", "é", "Z", "z", "-", "_", "10", "9", "\U0001f9fe", "\uff5e"]
        write(database, lambda unit: unit.orders.put(ACME, imported(*map(make_order, ids))))
        with database.read() as unit:
            found = [order.order_id for order in unit.orders.page(ACME, None, "", None, 99).items]
        assert found == sorted(ids)

    def test_a_writer_that_must_not_wait_writes_as_others_do_where_nobody_else_does(self, database):
        for number in range(2):
            with database.write(waits=False) as unit:
                unit.jobs.add(make_job(f"job-{number}"))
                unit.commit()
        with database.write(waits=False) as unit:
            unit.jobs.add(make_job("left"))
        with database.read() as unit:
            assert len(unit.jobs.page(ACME, JobFilter(), None, 9).items) == 2
