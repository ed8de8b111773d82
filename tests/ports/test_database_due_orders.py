"""What every database promises about the orders that an AUTOMATIC job takes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from server.domain.order import DeliveryDate
from server.ports import DueFilter
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, NOON, OTHER, imported, make_order, write

RULE = DueFilter(
    statuses=(),
    extended_statuses=(),
    latest_instant=NOON,
    latest_day_by_site={"tokyo": date(2025, 11, 4), "hawaii": date(2025, 11, 2)},
    latest_day=date(2025, 11, 3),
)
MICROSECOND = timedelta(microseconds=1)


def put(database, *orders, tenant=ACME):
    write(database, lambda unit: unit.orders.put(tenant, imported(*orders)))


def due(database, rule=RULE, tenant=ACME):
    with database.read() as unit:
        return list(unit.orders.due(tenant, rule))


class TestDelivery:
    @pytest.mark.parametrize(
        ("delivery", "site", "is_due"),
        [
            (DeliveryDate(instant=NOON), "main", True),
            (DeliveryDate(instant=NOON - MICROSECOND), "main", True),
            (DeliveryDate(instant=NOON + MICROSECOND), "main", False),
            (DeliveryDate(instant=NOON.astimezone(timezone(timedelta(hours=9)))), "main", True),
            (DeliveryDate(instant=NOON - timedelta(days=4000)), "main", True),
            (DeliveryDate(instant=NOON), "tokyo", True),
            (DeliveryDate(instant=NOON + MICROSECOND), "tokyo", False),
            (DeliveryDate(day=date(2025, 11, 3)), "main", True),
            (DeliveryDate(day=date(2025, 11, 4)), "main", False),
            (DeliveryDate(day=date(2025, 11, 3)), "unknown site", True),
            (DeliveryDate(day=date(2025, 11, 4)), "unknown site", False),
            (DeliveryDate(day=date(2025, 11, 3)), "", True),
            (DeliveryDate(day=date(2025, 11, 4)), "tokyo", True),
            (DeliveryDate(day=date(2025, 11, 5)), "tokyo", False),
            (DeliveryDate(day=date(2025, 11, 2)), "hawaii", True),
            (DeliveryDate(day=date(2025, 11, 3)), "hawaii", False),
            (DeliveryDate(day=date(999, 1, 1)), "main", True),
            (DeliveryDate(), "main", False),
        ],
    )
    def test_an_order_is_due_up_to_its_latest_delivery(self, database, delivery, site, is_due):
        put(database, make_order(delivery=delivery, site_code=site))
        assert due(database) == ["o-1"] * is_due

    def test_without_sites_one_day_holds_for_all(self, database):
        put(
            database,
            make_order("a", delivery=DeliveryDate(day=date(2025, 11, 3)), site_code="hawaii"),
            make_order("b", delivery=DeliveryDate(day=date(2025, 11, 4)), site_code="tokyo"),
        )
        assert due(database, replace(RULE, latest_day_by_site={})) == ["a"]

    def test_two_rules_in_one_transaction_do_not_mix(self, database):
        put(database, make_order(delivery=DeliveryDate(day=date(2025, 11, 3))))
        earlier = replace(RULE, latest_day=date(2025, 11, 2))
        with database.read() as unit:
            assert list(unit.orders.due(ACME, earlier)) == []
            assert list(unit.orders.due(ACME, RULE)) == ["o-1"]


class TestStatuses:
    @pytest.mark.parametrize(
        ("statuses", "extended_statuses", "expected"),
        [
            ((), (), ["a", "b", "c"]),
            (("CREATED",), (), ["a"]),
            (("CREATED", "CONFIRMED"), (), ["a", "b"]),
            ((), ("70",), ["a"]),
            ((), ("75", "70"), ["a", "b"]),
            (("CREATED",), ("75",), []),
            (("CONFIRMED",), ("75",), ["b"]),
            (("created",), (), []),
            ((), ("7",), []),
        ],
    )
    def test_listed_statuses_are_taken(self, database, statuses, extended_statuses, expected):
        put(
            database,
            make_order("a", status="CREATED", extended_status="70"),
            make_order("b", status="CONFIRMED", extended_status="75"),
            make_order("c", status="SHIPPED", extended_status=""),
        )
        rule = replace(RULE, statuses=statuses, extended_statuses=extended_statuses)
        assert due(database, rule) == expected


class TestSelection:
    def test_the_oldest_come_first_and_those_without_a_time_last(self, database):
        hour = timedelta(hours=1)
        put(
            database,
            make_order("no time b", created=None),
            make_order("new", created=NOON),
            make_order("no time a", created=None),
            make_order("same b", created=NOON - hour),
            make_order("same a", created=NOON - hour),
            make_order("a second old", created=NOON - timedelta(seconds=1)),
            make_order("other zone", created=datetime(2025, 11, 3, 1, 0,
                       tzinfo=timezone(-timedelta(hours=9)))),
            make_order("old", created=datetime(2009, 12, 31, tzinfo=UTC)),
        )  # fmt: skip
        assert due(database) == [
            "old",
            "other zone",
            "same a",
            "same b",
            "a second old",
            "new",
            "no time a",
            "no time b",
        ]

    def test_an_invoiced_order_is_not_due(self, database):
        put(database, make_order("a"), make_order("b"))
        invoice = make_invoice(1, order_id="a")
        write(database, lambda unit: unit.invoices.add(ACME, "job-1", [invoice]))
        assert due(database) == ["b"]
        changed = [(make_order("a", status="CREATED"), b"changed")]
        write(database, lambda unit: unit.orders.put(ACME, changed))
        assert due(database) == ["b"]

    def test_an_order_whose_invoice_was_rolled_back_is_still_due(self, database):
        put(database, make_order())
        with database.write() as unit:
            unit.invoices.add(ACME, "job-1", [make_invoice(1, order_id="o-1")])
            assert list(unit.orders.due(ACME, RULE)) == []
        assert due(database) == ["o-1"]

    def test_another_tenants_orders_are_not_due(self, database):
        put(database, make_order("theirs"), tenant=OTHER)
        put(database, make_order("ours"))
        assert due(database) == ["ours"]

    def test_many_orders_are_given_once_each(self, database):
        # More than one fetch, with a boundary inside orders of one time.
        times = (NOON, NOON - timedelta(days=1), None)
        put(database, *(make_order(f"o-{n:04d}", created=times[n % 3]) for n in range(6600)))
        ids = due(database)
        assert len(ids) == 6600
        assert ids == [f"o-{n:04d}" for step in (1, 0, 2) for n in range(step, 6600, 3)]

    def test_the_transaction_can_write_while_it_takes_them(self, database):
        put(database, *(make_order(f"o-{n:04d}") for n in range(2500)))
        with database.write() as unit:
            taken: list[str] = []
            for order_id in unit.orders.due(ACME, RULE):
                if len(taken) % 500 == 0:
                    invoice = make_invoice(1, number=f"R-{order_id}", order_id=order_id)
                    unit.invoices.add(ACME, "job-1", [invoice])
                taken.append(order_id)
        assert taken == [f"o-{n:04d}" for n in range(2500)]

    def test_what_is_imported_meanwhile_is_not_seen(self, database):
        put(database, *(make_order(f"o-{n:04d}") for n in range(1500)))
        with database.read() as unit:
            ids = unit.orders.due(ACME, RULE)
            assert next(ids) == "o-0000"
            put(database, make_order("o-9999"))
            assert len(list(ids)) == 1499
