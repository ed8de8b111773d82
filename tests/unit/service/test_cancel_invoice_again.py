"""A cancellation can be cut short or asked for twice at once: it is done once and complete."""

from decimal import Decimal

import pytest

from server.domain.errors import InvalidInput, OrderRejected
from tests.builders.cancellation import TOTAL, cancel, sell_one, total
from tests.builders.storage_values import in_threads
from tests.fakes.outside import Crash, fake_document, nothing


@pytest.fixture
def sold(shop):
    """A shop with one invoice of two rates and shipping."""
    return shop, sell_one(shop)


MOMENTS = {
    "before the number is kept": ("workers_database", "before_commit"),
    "after the number is kept": ("workers_database", "after_commit"),
    "while rendering": ("renderer", "before"),
    "before storing": ("documents", "before"),
    "after storing": ("documents", "after"),
}


@pytest.mark.parametrize("what", [{}, {"amount": Decimal("3.00")}], ids=["whole", "amount"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_call_that_was_cut_short_is_completed_by_its_repetition(sold, moment, what):
    shop, number = sold
    part, hook = MOMENTS[moment]

    def crash() -> None:
        setattr(getattr(shop, part), hook, nothing)
        raise Crash

    setattr(getattr(shop, part), hook, crash)
    with pytest.raises(Crash):
        cancel(shop, number, "key", **what)
    shop.clock.advance(hours=1)
    note = cancel(shop, number, "key", **what)
    assert shop.numbers() == [number, "GS-2026-00001"]
    (document,) = note.documents
    assert shop.documents.files[document.key] == fake_document(note.invoice)
    assert cancel(shop, number, "key", **what) == note


def test_a_document_that_cannot_be_made_is_told_and_made_later(sold):
    shop, number = sold
    shop.renderer.refused.add("A")
    with pytest.raises(OrderRejected, match="GS-2026-00001 was issued"):
        cancel(shop, number)
    shop.renderer.refused.clear()
    assert cancel(shop, number).documents
    assert shop.numbers() == [number, "GS-2026-00001"]


def test_cancellations_at_the_same_time_give_one_credit_note(sold):
    shop, number = sold
    notes = []
    in_threads(6, lambda _: notes.append(cancel(shop, number).invoice.number))
    assert notes == ["GS-2026-00001"] * 6
    assert shop.numbers() == [number, "GS-2026-00001"]


def test_partial_credits_at_the_same_time_never_exceed_the_invoice(sold):
    shop, number = sold
    refused = []

    def credit(at):
        try:
            cancel(shop, number, f"key-{at}", amount=Decimal("15.00"))
        except InvalidInput:
            refused.append(at)

    in_threads(6, credit)
    assert len(refused) == 4
    credited = sum(total(record) for record in shop.records()[1:])
    assert credited == Decimal("30.00")
    assert total(cancel(shop, number)) == TOTAL - credited
