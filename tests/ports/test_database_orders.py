"""What every database promises about imported orders."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from server.domain.order import OrderSummary, Price
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    imported,
    make_document,
    make_order,
    write,
)


def put(database, *orders, tenant=ACME):
    with database.write() as unit:
        counts = unit.orders.put(tenant, imported(*orders))
        unit.commit()
    return counts


def issue(database, order_id, number):
    invoice = make_invoice(1, number=number, order_id=order_id)
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", [invoice]))


@pytest.mark.parametrize("count", [0, 1, 2, 10, 11, 100, 101, 500, 501])
def test_of_however_many_orders_each_is_found_once(database, count):
    wanted = [f"o-{number}" for number in range(count)]
    put(database, make_order("other"), *map(make_order, wanted))
    put(database, *map(make_order, wanted), tenant=OTHER)
    write(
        database,
        lambda unit: unit.invoices.add(
            ACME,
            "job-1",
            [make_invoice(1, number=f"R-{each}", order_id=each) for each in ["other", *wanted]],
        ),
    )
    numbers = [f"R-{each}" for each in wanted]
    write(
        database,
        lambda unit: unit.invoices.add_documents(ACME, [make_document(n) for n in numbers]),
    )
    with database.read() as unit:
        assert set(unit.orders.bodies(ACME, [*wanted, "none"])) == set(wanted)
        found = unit.invoices.of_orders(ACME, wanted)
        assert [found[each].number for each in wanted] == numbers
        assert len(found) == count
        assert all(len(issued.documents) == 1 for issued in found.values())
        assert unit.invoices.of_orders(OTHER, wanted) == {}


def ids(page):
    return [summary.order_id for summary in page.items]


class TestImport:
    def test_an_order_comes_back_with_its_bytes(self, database):
        body = b'{"id": "o-1",\r\n "name": "J\xc3\xb6rg"}'
        write(database, lambda unit: unit.orders.put(ACME, [(make_order(), body)]))
        with database.read() as unit:
            summary, found = unit.orders.get(ACME, "o-1")
        assert found == body
        assert summary == OrderSummary(
            order_id="o-1",
            order_number="N-o-1",
            site_code="main",
            status="CONFIRMED",
            extended_status="70",
            created=datetime(2025, 11, 1, 8, 30, tzinfo=UTC),
            currency="EUR",
            total="119.00",
            invoice_number="",
        )

    def test_what_an_order_lacks_is_empty(self, database):
        put(database, make_order(created=None, total=None, order_number=""))
        with database.read() as unit:
            summary, _ = unit.orders.get(ACME, "o-1")
        assert (summary.created, summary.total, summary.order_number) == (None, "", "")

    @pytest.mark.parametrize(
        ("gross", "shown"),
        [("433.72", "433.72"), ("501.8250", "501.8250"), ("1E+3", "1000"), ("1E-7", "0.0000001")],
    )
    def test_the_total_is_shown_as_given_without_exponent(self, database, gross, shown):
        total = Price(Decimal(0), Decimal(gross), Decimal(0), None, "")
        put(database, make_order(total=total))
        with database.read() as unit:
            assert unit.orders.get(ACME, "o-1")[0].total == shown

    def test_new_changed_and_equal_orders_are_counted(self, database):
        assert put(database, make_order("a"), make_order("b")) == (2, 0, 0)
        with database.write() as unit:
            mixed = [
                *imported(make_order("a")),
                (make_order("b", status="SHIPPED"), b'{"id":"b","status":"SHIPPED"}'),
                *imported(make_order("c")),
            ]
            assert unit.orders.put(ACME, mixed) == (1, 1, 1)
            unit.commit()
        with database.read() as unit:
            summary, body = unit.orders.get(ACME, "b")
        assert (summary.status, body) == ("SHIPPED", b'{"id":"b","status":"SHIPPED"}')

    def test_of_orders_with_one_id_the_last_wins(self, database):
        first, last = make_order(status="CREATED"), make_order(status="SHIPPED")
        with database.write() as unit:
            assert unit.orders.put(ACME, [(first, b"1"), (last, b"2"), (last, b"2")]) == (1, 1, 1)
            unit.commit()
        with database.read() as unit:
            summary, body = unit.orders.get(ACME, "o-1")
        assert (summary.status, body) == ("SHIPPED", b"2")

    def test_counts_do_not_depend_on_how_an_import_is_cut(self, database):
        stream = [(make_order(f"o-{n % 3}"), f"{n // 2}".encode()) for n in range(9)]
        with database.write() as unit:
            at_once = unit.orders.put(ACME, stream)
        with database.write() as unit:
            one_by_one = [unit.orders.put(ACME, [pair]) for pair in stream]
        assert at_once == tuple(map(sum, zip(*one_by_one, strict=True)))

    def test_nothing_is_imported_from_nothing(self, database):
        assert put(database) == (0, 0, 0)

    def test_very_many_orders_go_in_at_once(self, database):
        orders = [make_order(f"o-{number:05d}") for number in range(3000)]
        assert put(database, *orders) == (3000, 0, 0)
        assert put(database, *orders) == (0, 0, 3000)
        wanted = [order.order_id for order in orders] + ["unknown"]
        with database.read() as unit:
            assert len(unit.orders.bodies(ACME, wanted)) == 3000

    def test_bodies_of_unknown_orders_are_left_out(self, database):
        put(database, make_order("a"), make_order("b"))
        with database.read() as unit:
            assert unit.orders.bodies(ACME, ["b", "x", "b"]) == {"b": b'{"id":"b"}'}
            assert unit.orders.bodies(ACME, []) == {}

    def test_another_tenant_sees_nothing_and_has_ids_of_its_own(self, database):
        put(database, make_order())
        with database.read() as unit:
            assert unit.orders.get(OTHER, "o-1") is None
            assert unit.orders.bodies(OTHER, ["o-1"]) == {}
            assert unit.orders.page(OTHER, None, "", None, 10).items == ()
        assert put(database, make_order(), tenant=OTHER) == (1, 0, 0)


class TestInvoicedOrders:
    def test_an_invoiced_order_shows_its_number(self, database):
        put(database, make_order())
        issue(database, "o-1", "R-1")
        with database.read() as unit:
            assert unit.orders.get(ACME, "o-1")[0].invoice_number == "R-1"
            assert unit.orders.page(ACME, None, "", None, 9).items[0].invoice_number == "R-1"

    def test_importing_it_again_keeps_it_invoiced(self, database):
        put(database, make_order())
        issue(database, "o-1", "R-1")
        changed = [(make_order(status="SHIPPED"), b"changed")]
        write(database, lambda unit: unit.orders.put(ACME, changed))
        with database.read() as unit:
            assert ids(unit.orders.page(ACME, True, "", None, 9)) == ["o-1"]
            assert unit.orders.page(ACME, False, "", None, 9).items == ()

    def test_an_order_that_comes_after_its_invoice_is_invoiced(self, database):
        issue(database, "o-1", "R-1")
        put(database, make_order())
        with database.read() as unit:
            assert ids(unit.orders.page(ACME, True, "", None, 9)) == ["o-1"]

    def test_the_same_order_id_of_another_tenant_is_not_invoiced(self, database):
        put(database, make_order(), tenant=OTHER)
        issue(database, "o-1", "R-1")
        with database.read() as unit:
            assert unit.orders.get(OTHER, "o-1")[0].invoice_number == ""
            assert ids(unit.orders.page(OTHER, False, "", None, 9)) == ["o-1"]


class TestOrderPages:
    def test_pages_give_every_order_once_by_id(self, database):
        names = ["b", "a", "10", "9", "ä", "Z", "e"]
        put(database, *(make_order(name) for name in names))
        seen, cursor = [], None
        with database.read() as unit:
            while True:
                page = unit.orders.page(ACME, None, "", cursor, 3)
                seen += ids(page)
                cursor = page.next_cursor
                if cursor is None:
                    break
        assert seen == sorted(names)

    @pytest.mark.parametrize(
        ("invoiced", "status", "expected"),
        [
            (None, "", ["a", "b", "c", "d"]),
            (True, "", ["a", "c"]),
            (False, "", ["b", "d"]),
            (None, "CREATED", ["c", "d"]),
            (True, "CREATED", ["c"]),
            (False, "CREATED", ["d"]),
            (None, "created", []),
        ],
    )
    def test_orders_are_chosen_by_invoice_and_status(self, database, invoiced, status, expected):
        one = make_order()
        put(
            database,
            replace(one, order_id="a"),
            replace(one, order_id="b", created=NOON),
            replace(one, order_id="c", status="CREATED"),
            replace(one, order_id="d", status="CREATED"),
        )
        issue(database, "a", "R-1")
        issue(database, "c", "R-2")
        with database.read() as unit:
            assert ids(unit.orders.page(ACME, invoiced, status, None, 10)) == expected
            first = unit.orders.page(ACME, invoiced, status, None, 1)
            rest = unit.orders.page(ACME, invoiced, status, first.next_cursor or "~", 10)
            assert ids(first) + ids(rest) == expected
