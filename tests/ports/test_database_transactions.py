"""What every database promises about transactions."""

import threading

import pytest

from server.domain.errors import Conflict
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
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
            assert len(unit.jobs.page(ACME, None, None, 1000).items) == 120

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
