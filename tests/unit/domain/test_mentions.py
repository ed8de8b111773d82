"""What the law of the seller's country wants said."""

from __future__ import annotations

import pytest

from server.domain.computation import compute_invoice
from tests.builders.orders import ADDRESS, make_order_json, to_order
from tests.builders.settings import IDENTIFIERS, make_seller, make_settings, make_site


def notes(seller_country: str, vat_id: str, buyer: dict[str, str]) -> tuple[str, ...]:
    seller = make_seller(vat_id=vat_id)
    address = type(seller.address)(("1 rue",), "1", "Ville", "", seller_country)
    site = make_site(seller=make_seller(vat_id=vat_id, address=address))
    order = make_order_json()
    order["billingAddress"] = order["shippingAddress"] = ADDRESS | buyer
    return compute_invoice(to_order(order), make_settings(site), IDENTIFIERS).notes


def test_a_french_business_is_told_of_late_and_early_payment() -> None:
    told = notes("FR", "FR83404833048", {"country": "FR", "companyName": "Maison Lemaire"})
    assert [note[:5] for note in told if note.startswith("#")] == ["#PMT#", "#PMD#", "#AAB#"]
    assert any("livraison de biens" in note for note in told)


def test_a_french_consumer_is_told_the_category_only() -> None:
    (told,) = notes("FR", "FR83404833048", {"country": "FR"})
    assert "livraison de biens" in told


@pytest.mark.parametrize(("country", "is_copy"), [("IT", True), ("DE", False)])
def test_between_italians_the_page_says_that_it_is_a_copy(country: str, is_copy: bool) -> None:
    told = notes("IT", "IT00743110157", {"country": country})
    assert any("Copia di cortesia" in note for note in told) is is_copy


def test_a_german_invoice_needs_no_such_words() -> None:
    assert notes("DE", "DE136695976", {"country": "DE"}) == ()
