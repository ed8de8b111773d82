"""What every database promises about number counters: gapless, whatever happens."""

import subprocess
import sys

import pytest

from server.domain.errors import Conflict
from tests.builders.invoices import make_invoice
from tests.builders.storage_issuing import issue
from tests.builders.storage_values import ACME, OTHER, in_threads, make_series


def draw(database, count, series=None, tenant=ACME):
    with database.write() as unit:
        counters = unit.numbers.draw(tenant, series or make_series(), count)
        unit.commit()
    return list(counters)


def all_numbers(database):
    with database.read() as unit:
        page = unit.invoices.page(ACME, "", "", None, 10_000)
        return sorted(record.invoice.number for record in page.items)


class TestDrawing:
    def test_counters_go_on_where_the_last_draw_ended(self, database):
        assert draw(database, 3) == [1, 2, 3]
        assert draw(database, 1) == [4]
        assert draw(database, 0) == []
        assert draw(database, 2) == [5, 6]

    def test_a_sequence_begins_at_its_start_value(self, database):
        assert draw(database, 2, make_series(start_value=1000)) == [1000, 1001]
        assert draw(database, 1, make_series(start_value=5000)) == [1002]

    def test_each_key_sequence_and_tenant_counts_by_itself(self, database):
        assert draw(database, 2, make_series("2025-")) == [1, 2]
        assert draw(database, 2, make_series("2026-")) == [1, 2]
        assert draw(database, 2, make_series("2025-", sequence="credit notes")) == [1, 2]
        assert draw(database, 2, make_series("2025-"), OTHER) == [1, 2]
        assert draw(database, 1, make_series("2025-")) == [3]

    def test_a_rolled_back_draw_is_given_again(self, database):
        assert draw(database, 2) == [1, 2]
        with database.write() as unit:
            assert list(unit.numbers.draw(ACME, make_series(), 5)) == [3, 4, 5, 6, 7]
        assert draw(database, 1) == [3]

    def test_the_first_draw_can_be_rolled_back_too(self, database):
        with database.write() as unit:
            unit.numbers.draw(ACME, make_series(), 5)
        assert draw(database, 1) == [1]

    def test_two_draws_of_one_transaction_follow_each_other(self, database):
        with database.write() as unit:
            assert list(unit.numbers.draw(ACME, make_series(), 2)) == [1, 2]
            assert list(unit.numbers.draw(ACME, make_series(), 2)) == [3, 4]


class TestTheEnd:
    @pytest.mark.parametrize(
        ("count", "expected"), [(2, [8, 9]), (3, [8, 9, 10]), (4, [8, 9, 10]), (99, [8, 9, 10])]
    )
    def test_fewer_are_drawn_at_the_end(self, database, count, expected):
        series = make_series(start_value=8, max_value=10)
        assert draw(database, count, series) == expected

    def test_nothing_is_drawn_past_the_end(self, database):
        series = make_series(max_value=3)
        assert draw(database, 3, series) == [1, 2, 3]
        assert draw(database, 3, series) == []
        assert draw(database, 3, series) == []

    def test_a_raised_end_goes_on_without_a_gap(self, database):
        assert draw(database, 9, make_series(max_value=3)) == [1, 2, 3]
        assert draw(database, 9, make_series(max_value=3)) == []
        assert draw(database, 9, make_series(max_value=5)) == [4, 5]
        assert draw(database, 2, make_series()) == [6, 7]

    def test_a_lowered_end_never_gives_a_number_again(self, database):
        assert draw(database, 5) == [1, 2, 3, 4, 5]
        assert draw(database, 5, make_series(max_value=3)) == []
        assert draw(database, 1) == [6]

    def test_a_series_whose_start_lies_past_its_end_gives_nothing(self, database):
        assert draw(database, 2, make_series(start_value=5, max_value=3)) == []


class TestGaplessness:
    def test_eight_threads_with_rollbacks_leave_no_gap(self, database):
        in_threads(8, lambda index: issue(database, f"thread-{index}", 40))
        assert all_numbers(database) == [make_series().number(n) for n in range(1, 321)]

    def test_two_processes_with_rollbacks_leave_no_gap(self, database, database_url):
        command = [sys.executable, "-m", "tests.builders.storage_issuing", database_url]
        processes = [
            subprocess.Popen([*command, name, "150"], stderr=subprocess.PIPE, text=True)
            for name in ("one", "two")
        ]
        issue(database, "three", 50)
        for process in processes:
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
        assert all_numbers(database) == [make_series().number(n) for n in range(1, 351)]

    def test_threads_that_invoice_the_same_orders_issue_each_once(self, database):
        def work(index):
            for order in range(20):
                try:
                    with database.write() as unit:
                        number = make_series().number(unit.numbers.draw(ACME, make_series(), 1)[0])
                        invoice = make_invoice(1, number=number, order_id=f"o-{order}")
                        unit.invoices.add(ACME, f"job-{index}", [invoice])
                        unit.commit()
                except Conflict:
                    continue

        in_threads(6, work)
        assert all_numbers(database) == [make_series().number(n) for n in range(1, 21)]
