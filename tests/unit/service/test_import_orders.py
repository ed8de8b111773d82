"""Orders in: the good ones are kept, each bad one is reported by its place."""

from server.domain.tenant import Tenant
from server.service.import_orders import IncomingOrder
from tests.builders.orders import make_order_json, order_bytes

ACME = Tenant("acme")


def test_a_bad_order_does_not_stop_the_others(shop):
    good = order_bytes(make_order_json(id="A"))
    bodies = [
        good,
        b"{",
        b"{}",
        b'{"id": "a\\nb"}',
        b'{"id": "' + b"x" * 129 + b'"}',
        b'{"id": "B", "entries": [{}, {"amount": "many"}]}',
        b'{"id": "C"}' + b" " * 10_000,
        order_bytes(make_order_json(id="D", status="DECLINED")),
    ]
    result = shop.import_batch(
        ACME, [IncomingOrder(at, f"line {at}", body) for at, body in enumerate(bodies, start=1)]
    )
    assert (result.created, result.updated, result.unchanged) == (2, 0, 0)
    assert [(f.position, f.origin, f.field) for f in result.failures] == [
        (2, "line 2", "order"),
        (3, "line 3", "id"),
        (4, "line 4", "id"),
        (5, "line 5", "id"),
        (6, "line 6", "entries[1].amount"),
        (7, "line 7", "order_json"),
    ]
    assert all(failure.message for failure in result.failures)


def test_an_order_that_comes_again_is_updated_or_unchanged(shop):
    shop.sell("A", "B")
    again = shop.sell("A", "B", "C")
    assert (again.created, again.updated, again.unchanged) == (1, 0, 2)
    changed = shop.sell("A", status="CONFIRMED")
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 0)


def test_an_import_of_nothing_changes_nothing(shop):
    result = shop.import_batch(ACME, [])
    assert (result.created, result.updated, result.unchanged, result.failures) == (0, 0, 0, ())
