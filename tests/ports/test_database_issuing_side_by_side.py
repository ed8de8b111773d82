"""What every database promises to two who invoice, import, ask or configure at the same moment."""

import pytest

from server.domain.credit import Credit, compute_credit, issue_credit_note
from server.domain.errors import Conflict
from server.ports import RememberedRequest
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    imported,
    make_order,
    make_series,
    make_settings,
    write,
)


class TestNumbersAndInvoices:
    @pytest.mark.parametrize("used", [False, True], ids=["first use", "used before"])
    @pytest.mark.parametrize("commit", [True, False])
    def test_numbers_go_on_where_the_first_ends(self, database, side_by_side, used, commit):
        start = 3 * used
        if used:
            write(database, lambda unit: unit.numbers.draw(ACME, make_series(), 3))
        first, second = side_by_side(
            lambda unit: list(unit.numbers.draw(ACME, make_series(), 2)),
            lambda unit: list(unit.numbers.draw(ACME, make_series(), 2)),
            commit=commit,
        )
        assert first == [start + 1, start + 2]
        assert second == ([start + 3, start + 4] if commit else first)

    def test_an_order_that_is_being_invoiced_is_found_to_have_its_invoice(
        self, database, side_by_side
    ):
        write(database, lambda unit: unit.orders.put(ACME, imported(make_order("o-1"))))

        def issue(unit):
            if found := unit.invoices.of_orders(ACME, ["o-1"]):
                return found["o-1"].number
            (counter,) = unit.numbers.draw(ACME, make_series(), 1)
            number = make_series().number(counter)
            unit.invoices.add(ACME, "job-1", [make_invoice(1, number=number, order_id="o-1")])
            return number

        assert side_by_side(issue, issue) == ("R-00001", "R-00001")
        with database.read() as unit:
            assert len(unit.invoices.page(ACME, "", "", None, 9).items) == 1

    @pytest.mark.parametrize(
        ("number", "order_id"), [("R-1", "o-2"), ("R-2", "o-1")], ids=["number", "order"]
    )
    def test_one_number_and_one_order_are_given_once(
        self, database, side_by_side, number, order_id
    ):
        one = make_invoice(1, number="R-1", order_id="o-1")
        other = make_invoice(1, number=number, order_id=order_id)
        with pytest.raises(Conflict):
            side_by_side(
                lambda unit: unit.invoices.add(ACME, "job-1", [one]),
                lambda unit: unit.invoices.add(ACME, "job-2", [other]),
            )

    def test_the_second_credit_note_knows_the_first(self, database, side_by_side):
        invoice = make_invoice(2, number="R-1", order_id="o-1")
        write(database, lambda unit: unit.invoices.add(ACME, "job-1", [invoice]))

        def credit(unit):
            _, notes = unit.invoices.to_credit(ACME, "R-1")
            draft = compute_credit(invoice, (), Credit())
            note = issue_credit_note(draft, f"C-{len(notes)}", NOON, NOON)
            unit.invoices.add(ACME, "", [note])
            return len(notes)

        assert side_by_side(credit, credit) == (0, 1)

    @pytest.mark.parametrize("imported_first", [True, False])
    def test_an_order_that_comes_while_its_invoice_is_cancelled_waits(
        self, database, side_by_side, imported_first
    ):
        invoice = make_invoice(1, number="R-1", order_id="o-1")
        write(database, lambda unit: unit.invoices.add(ACME, "job-1", [invoice]))

        def cancel(unit):
            unit.invoices.cancel(ACME, "R-1")

        def bring(unit):
            unit.orders.put(ACME, imported(make_order("o-1")))

        side_by_side(*((bring, cancel) if imported_first else (cancel, bring)))
        with database.read() as unit:
            page = unit.orders.page(ACME, False, "", None, 9)
        assert [order.order_id for order in page.items] == ["o-1"]


class TestRequestsSettingsAndImports:
    def test_a_request_that_is_sent_twice_finds_its_first_answer(self, database, side_by_side):
        def ask(answer):
            def work(unit):
                if found := unit.requests.find(ACME, "key"):
                    return found.result
                unit.requests.remember(ACME, "key", RememberedRequest(answer, "f" * 64, NOON))
                return answer

            return work

        assert side_by_side(ask("job-1"), ask("job-2")) == ("job-1", "job-1")

    @pytest.mark.parametrize("existing", [True, False])
    def test_settings_to_replace_are_the_ones_there_are(self, database, side_by_side, existing):
        if existing:
            write(database, lambda unit: unit.settings.put(ACME, make_settings()))

        def replace_by(etag):
            def work(unit):
                found = unit.settings.to_replace(ACME)
                unit.settings.put(ACME, make_settings(etag=etag))
                return found.etag if found else None

            return work

        first, second = side_by_side(replace_by("one"), replace_by("two"))
        assert first == (make_settings().etag if existing else None)
        assert second == "one"
        with database.read() as unit:
            assert unit.settings.get(ACME).etag == "two"

    def test_settings_are_put_twice_without_asking(self, database, side_by_side):
        def put(unit):
            # Without pictures, which would make them wait for each other.
            unit.settings.put(ACME, make_settings(sites=()))

        side_by_side(put, put)
        with database.read() as unit:
            assert unit.settings.get(ACME) == make_settings(sites=())

    @pytest.mark.parametrize(
        ("body", "expected"), [(b"same", (0, 0, 2)), (b"other", (0, 2, 0))], ids=["same", "other"]
    )
    def test_an_import_of_the_same_orders_is_counted_as_the_second(
        self, database, side_by_side, body, expected
    ):
        pairs = [(make_order("o-1"), b"same"), (make_order("o-2"), b"same")]
        again = [(order, body) for order, _ in reversed(pairs)]
        counts = side_by_side(
            lambda unit: unit.orders.put(ACME, pairs), lambda unit: unit.orders.put(ACME, again)
        )
        assert counts == ((2, 0, 0), expected)
        with database.read() as unit:
            assert unit.orders.bodies(ACME, ["o-1", "o-2"]) == {"o-1": body, "o-2": body}
