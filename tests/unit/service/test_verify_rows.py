"""Verifying what decides without being seen: counters, columns beside invoices, jobs' records."""

import pytest

from server.domain.credit import Credit
from server.domain.job import JobOrderStatus
from tests.unit.service.conftest import ACME


def told(auditor):
    return [(finding.kind, finding.subject) for finding in auditor.verify()]


class TestCounters:
    def test_a_counter_that_is_gone_is_found_and_the_shop_goes_on_without_gap(self, auditor, shop):
        auditor.sql("DELETE FROM number_counters")
        (finding,) = auditor.verify()
        assert (finding.kind, finding.problem) == ("COUNTER_LOST", True)
        assert shop.numbers()[-1] in finding.message
        shop.sell("o-4")
        job = shop.start("o-4")
        shop.work()
        (outcome,) = shop.outcomes(job)
        assert outcome.status == JobOrderStatus.SUCCESS
        assert outcome.invoice_number[-5:] == "00004"
        assert auditor.verify() == []

    def test_records_of_numbers_that_are_gone_are_found(self, auditor, shop):
        auditor.sql("DELETE FROM drawn_series")
        auditor.sql("DELETE FROM drawn_numbers")
        found = auditor.verify()
        assert [f.subject for f in found if f.problem] == shop.numbers()
        assert {f.kind for f in found if f.problem} == {"NUMBER_NOT_DRAWN"}
        assert [f.kind for f in found if not f.problem] == ["COUNTER_UNCHECKED"]

    def test_a_series_whose_beginning_is_unknown_is_told_of_without_alarm(self, auditor):
        auditor.sql("DELETE FROM drawn_series")
        (finding,) = auditor.verify()
        assert (finding.kind, finding.problem) == ("COUNTER_UNCHECKED", False)

    def test_a_counter_of_which_nothing_else_is_left_is_found(self, auditor, shop):
        for table in ("drawn_series", "number_counters"):
            auditor.sql(f"DELETE FROM {table}")
        assert auditor.kinds() == ["COUNTER_LOST", "COUNTER_UNCHECKED"]

    def test_an_old_counter_with_a_name_of_its_own_raises_no_alarm_about_others(
        self, auditor, shop
    ):
        auditor.sql("UPDATE number_counters SET \"key\" = 'mine'")
        auditor.sql("DELETE FROM drawn_series")
        auditor.sql("DELETE FROM drawn_numbers")
        assert auditor.kinds() == ["COUNTER_UNCHECKED"]
        # Another counter's text is around them: then they are missing from its numbers.
        prefix = shop.numbers()[0][:-5]
        auditor.sql(
            "INSERT INTO number_counters VALUES ('acme', 'invoices', ? || char(31), 4)", prefix
        )
        lost = [("NUMBER_NOT_DRAWN", number) for number in shop.numbers()]
        assert sorted(one for one in told(auditor) if one[0] == "NUMBER_NOT_DRAWN") == lost


class TestInvoices:
    @pytest.mark.parametrize(
        ("change", "column"),
        [
            ("live = 0", "live"),
            ("order_id = 'other'", "order_id"),
            ("type_code = '381'", "type_code"),
            ("preceding_number = 'nothing'", "preceding_number"),
        ],
    )
    def test_a_column_that_contradicts_the_invoice_is_found(self, auditor, shop, change, column):
        number = shop.numbers()[0]
        # Nothing but the invoice itself tells of it any more.
        auditor.sql("DELETE FROM orders WHERE order_id = 'o-1'")
        auditor.sql(f"UPDATE invoices SET {change} WHERE number = ?", number)
        found = [f for f in auditor.verify() if f.kind == "INVOICE_ROW"]
        assert number in {f.subject for f in found}
        assert any(f"The column {column} " in f.message for f in found)

    def test_a_cancelled_invoice_that_is_live_again_is_found(self, auditor, shop):
        number = shop.numbers()[0]
        shop.cancel_invoice(ACME, number, Credit("damaged"))
        assert auditor.verify() == []
        auditor.sql("DELETE FROM orders WHERE order_id = 'o-1'")
        auditor.sql("UPDATE invoices SET live = 1 WHERE number = ?", number)
        assert told(auditor) == [("INVOICE_ROW", number)]

    def test_a_credit_note_that_corrects_nothing_is_found(self, auditor, shop):
        number = shop.numbers()[0]
        shop.cancel_invoice(ACME, number, Credit("damaged"))
        note = shop.numbers()[-1]
        auditor.sql("UPDATE invoices SET preceding_number = 'nothing' WHERE number = ?", note)
        assert set(told(auditor)) == {("INVOICE_ROW", number), ("INVOICE_ROW", note)}

    def test_a_credit_note_that_cannot_be_read_says_nothing_of_its_invoice(self, auditor, shop):
        shop.cancel_invoice(ACME, shop.numbers()[0], Credit("damaged"))
        note = shop.numbers()[-1]
        auditor.sql("UPDATE invoices SET snapshot = '{' WHERE number = ?", note)
        assert told(auditor) == [("SNAPSHOT_UNREADABLE", note)]


class TestJobs:
    def test_an_order_that_no_step_covers_is_found(self, auditor, shop):
        shop.sell("o-5", "o-6", "o-7")
        job = shop.start("o-5", "o-6", "o-7")
        assert auditor.verify() == []
        auditor.sql('DELETE FROM chunks WHERE job_key = 2 AND "index" = 1')
        assert told(auditor) == [("JOB_STUCK", job.job_id)]

    def test_a_success_whose_pdf_no_invoice_has_is_found(self, auditor):
        auditor.sql("UPDATE job_orders SET invoice_number = 'XX-9' WHERE position = 0")
        (finding,) = auditor.verify()
        assert finding.kind == "JOB_DOCUMENT"
        assert "XX-9" in finding.message

    @pytest.mark.parametrize("place", ["NULL", "9"])
    def test_an_outcome_that_no_watcher_gets_is_found(self, auditor, shop, place):
        shop.sell("o-5", "o-6", "o-7")
        job = shop.start("o-5", "o-6", "o-7")
        shop.process_chunk(shop.claimed())
        assert auditor.verify() == []
        auditor.sql(f"UPDATE job_orders SET recorded = {place} WHERE job_key = 2 AND position = 0")
        assert told(auditor) == [("JOB_RECORDED", job.job_id)]

    def test_an_outcome_without_its_place_is_found_when_the_job_is_done(self, auditor):
        auditor.sql("UPDATE job_orders SET recorded = NULL WHERE position = 1")
        assert auditor.kinds() == ["JOB_RECORDED"]
