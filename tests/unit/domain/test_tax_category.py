"""Why a rate applies: seller x buyer x delivery x VAT id x registrations -> category and reason."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from server.domain.computation import compute_invoice
from server.domain.errors import OrderRejected
from server.domain.invoice import InvoiceDraft
from server.domain.party import PostalAddress, TaxRepresentative
from server.domain.settings import OrderPaths, TaxRegistrations
from tests.builders.orders import ADDRESS, Item, OrderForm, make_order_json, to_order
from tests.builders.settings import IDENTIFIERS, make_seller, make_settings, make_site

PATHS = OrderPaths(buyer_vat_id="customer.mixins.vatId")
#: Valid VAT ids by country.
IDS = {
    "": "",
    "AT": "ATU13585627",
    "CH": "CHE-107.787.577 MWST",
    "DE": "DE136695976",
    "FR": "FR40303265045",
    "GB": "GB980780684",
    "GR": "EL094259216",
    "NL": "NL004495445B01",
    "NO": "NO 995 525 828 MVA",
    "PL": "PL9904172637",
    "XI": "XI980780684",
}
REGISTRATIONS = {
    "none": TaxRegistrations(),
    "small": TaxRegistrations(small_business=True),
    "oss": TaxRegistrations(one_stop_shop=True),
    "small and oss": TaxRegistrations(small_business=True, one_stop_shop=True),
    "in GR": TaxRegistrations(vat_ids=(IDS["GR"],)),
    "small and in GR": TaxRegistrations(small_business=True, vat_ids=(IDS["GR"],)),
    "in CH": TaxRegistrations(vat_ids=(IDS["CH"],)),
    "in NL": TaxRegistrations(vat_ids=(IDS["NL"],)),
    "margin": TaxRegistrations(margin_scheme=True),
    "zero": TaxRegistrations(zero_rate=True),
}


class Case(NamedTuple):
    """A sale: country and VAT id may be followed by a post code, as in ES-35001."""

    rate: int
    seller: str
    delivery: str
    vat_id: str = ""
    registered: str = "none"
    billing: str = ""


def address(place: str) -> dict[str, str]:
    country, _, post_code = place.partition("-")
    return ADDRESS | {"country": country, "zipCode": post_code or "12345"}


def compute(case: Case, language: str = "en", **seller: Any) -> InvoiceDraft:
    country, _, post_code = case.seller.partition("-")
    home = PostalAddress(("A 1",), post_code or "20457", "B", country=country)
    own: dict[str, Any] = {"vat_id": IDS.get(country, ""), "tax_number": "46/1", "address": home}
    site = make_site(
        default_language=language,
        tax_registrations=REGISTRATIONS[case.registered],
        seller=make_seller(**(own | seller)),
    )
    order = make_order_json(
        OrderForm((Item(Decimal(119), rate=Decimal(case.rate)),)),
        billingAddress=address(case.billing or case.delivery),
        shippingAddress=address(case.delivery),
        customer={"id": "K", "mixins": {"vatId": IDS[case.vat_id]}},
    )
    return compute_invoice(
        to_order(order, PATHS), make_settings(site, order_paths=PATHS), IDENTIFIERS
    )


ACCEPTED = [
    # What is taxed is S, wherever it goes.
    (Case(19, "DE", "DE"), "S", ""),
    (Case(19, "DE", "DE", "DE"), "S", ""),
    (Case(19, "DE", "FR"), "S", ""),
    (Case(19, "DE", "FR", "FR"), "S", ""),
    (Case(24, "DE", "GR", "", "oss"), "S", ""),
    (Case(24, "DE", "GR", "", "in GR"), "S", ""),
    (Case(24, "DE", "GR", "", "small and oss"), "S", ""),
    (Case(24, "DE", "GR", "", "small and in GR"), "S", ""),
    (Case(8, "DE", "CH", "", "in CH"), "S", ""),
    (Case(8, "CH", "CH"), "S", ""),
    (Case(10, "JP", "JP"), "S", ""),
    # Goods to a business in another EU country.
    (Case(0, "DE", "PL", "PL"), "K", "VATEX-EU-IC"),
    (Case(0, "DE", "GR", "GR"), "K", "VATEX-EU-IC"),
    (Case(0, "DE", "GR", "GR", "oss"), "K", "VATEX-EU-IC"),
    (Case(0, "DE", "PL", "FR", billing="FR"), "K", "VATEX-EU-IC"),
    (Case(0, "DE", "AT", "AT", billing="CH"), "K", "VATEX-EU-IC"),
    (Case(0, "DE", "MC", "FR"), "K", "VATEX-EU-IC"),
    (Case(0, "DE", "GB-BT1 1AA", "XI"), "K", "VATEX-EU-IC"),
    (Case(0, "DE", "PL", "PL", "zero"), "K", "VATEX-EU-IC"),
    # Goods that leave the EU.
    (Case(0, "DE", "CH"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "CH", "CH"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "CH", "", "in CH"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "CH", "", "margin"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "CH", billing="DE"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "GB"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "IM"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "ES-35001"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "DE-27498"), "G", "VATEX-EU-G"),
    (Case(0, "DE", "IT-23041"), "G", "VATEX-EU-G"),
    (Case(0, "FR", "RE"), "G", "VATEX-EU-G"),
    (Case(0, "FR", "FR-97400"), "G", "VATEX-EU-G"),
    (Case(0, "CH", "DE"), "G", ""),
    (Case(0, "NO", "CH"), "G", ""),
    # The buyer owes the tax.
    (Case(0, "DE", "DE", "DE"), "AE", "VATEX-EU-AE"),
    (Case(0, "DE", "GR", "GR", "in GR"), "AE", "VATEX-EU-AE"),
    (Case(0, "CH", "NL", "NL", "in NL"), "AE", "VATEX-EU-AE"),
    # No tax at all.
    (Case(0, "DE", "DE", "", "small"), "E", ""),
    (Case(0, "DE", "PL", "PL", "small"), "E", ""),
    (Case(0, "DE", "CH", "", "small"), "E", ""),
    (Case(0, "FR", "FR", "", "small"), "E", "VATEX-FR-FRANCHISE"),
    (Case(0, "DE", "DE", "", "margin"), "E", "VATEX-EU-F"),
    (Case(0, "DE", "PL", "PL", "margin"), "E", "VATEX-EU-F"),
    (Case(0, "DE", "DE", "", "zero"), "Z", ""),
    (Case(0, "DE", "DE", "DE", "zero"), "Z", ""),
    (Case(0, "GB", "GB"), "Z", ""),
    (Case(0, "GB", "GB-BT1 1AA"), "Z", ""),
    (Case(0, "GB-BT1 1AA", "GB", "", "zero"), "Z", ""),
    (Case(0, "CH", "CH"), "Z", ""),
    (Case(0, "HK", "HK"), "O", "VATEX-EU-O"),
    (Case(0, "HK", "DE", "DE"), "O", "VATEX-EU-O"),
]


@pytest.mark.parametrize(("case", "category", "code"), ACCEPTED, ids=str)
def test_the_category_follows_from_the_sale(case, category, code):
    draft = compute(case)
    (subtotal,) = draft.tax_subtotals
    assert (subtotal.tax_category, subtotal.exemption_code) == (category, code)
    assert {line.tax_category for line in draft.lines} == {category}
    assert bool(subtotal.exemption_reason) == (category in {"E", "AE", "K", "G", "O"})
    assert (subtotal.tax_amount == 0) == (case.rate == 0)
    if category in {"K", "AE"}:
        assert draft.seller.vat_id
        assert draft.buyer.vat_id
    if category == "K":
        assert draft.supply_date
    if category == "O":
        assert [draft.seller.vat_id, draft.buyer.vat_id] == ["", ""]


REFUSED = [
    (Case(19, "DE", "DE", "", "small"), "taxRate", "BT-152"),
    (Case(19, "DE", "FR", "", "small"), "taxRate", "BT-152"),
    (Case(19, "DE", "FR", "FR", "small and oss"), "taxRate", "BT-152"),
    (Case(0, "DE", "DE"), "taxRate", "BT-152"),
    (Case(0, "DE", "DE", "", "oss"), "taxRate", "BT-152"),
    (Case(0, "DE", "GR", "", "in GR"), "taxRate", "BT-152"),
    (Case(0, "DE", "PL"), "customer.mixins.vatId", "BT-48"),
    (Case(0, "DE", "PL", "", "oss"), "customer.mixins.vatId", "BT-48"),
    (Case(0, "DE", "PL", "", "zero"), "customer.mixins.vatId", "BT-48"),
    (Case(0, "DE", "PL", "DE"), "customer.mixins.vatId", "BT-48"),
    (Case(0, "DE", "PL", "CH"), "customer.mixins.vatId", "BT-48"),
    (Case(0, "DE", "GB-BT1 1AA", "GB"), "customer.mixins.vatId", "BT-48"),
]


@pytest.mark.parametrize(("case", "field", "term"), REFUSED, ids=str)
def test_a_rate_that_nothing_justifies_is_refused_by_its_term_and_field(case, field, term):
    with pytest.raises(OrderRejected) as caught:
        compute(case)
    assert caught.value.reason == "TAX_NOT_JUSTIFIED"
    assert caught.value.field.endswith(field)
    assert term in caught.value.message
    assert caught.value.message.startswith(f"{caught.value.field}: ")
    # Settings bear the names that their file has.
    assert "_" not in caught.value.message


@pytest.mark.parametrize("case", [Case(0, "DE", "PL", "PL"), Case(0, "DE", "CH")], ids=str)
def test_a_supply_abroad_takes_the_vat_id_of_the_seller_or_a_representative(case):
    with pytest.raises(OrderRejected) as caught:
        compute(case, vat_id="")
    assert (caught.value.field, "BT-31" in caught.value.message) == ("siteCode", True)
    other = TaxRepresentative("R", IDS["NL"], PostalAddress(("A 1",), "1", "B", country="NL"))
    assert compute(case, vat_id="", tax_representative=other).tax_subtotals


@pytest.mark.parametrize(
    ("case", "vat_id"),
    [
        (Case(19, "DE", "DE", "", "in GR"), IDS["DE"]),
        (Case(24, "DE", "GR", "", "in GR"), IDS["GR"]),
        (Case(0, "DE", "GR", "GR", "in GR"), IDS["GR"]),
        (Case(24, "DE", "GR", "", "oss"), IDS["DE"]),
        (Case(0, "DE", "PL", "PL", "in GR"), IDS["DE"]),
        (Case(8, "DE", "CH", "", "in CH"), IDS["CH"]),
        (Case(0, "DE", "CH", "", "in CH"), IDS["DE"]),
    ],
    ids=str,
)
def test_the_seller_appears_with_the_vat_id_the_sale_is_taxed_under(case, vat_id):
    assert compute(case).seller == replace(compute(case).seller, vat_id=vat_id)


def test_a_vat_id_of_the_country_of_delivery_is_enough_for_a_reverse_charge():
    draft = compute(Case(0, "DE", "GR", "GR", "in GR"), vat_id="")
    assert draft.tax_subtotals[0].tax_category == "AE"
    assert draft.seller.vat_id == IDS["GR"]


def test_a_supply_to_a_business_abroad_takes_a_delivery_date():
    order = make_order_json(
        OrderForm((Item(rate=Decimal(0)),)),
        billingAddress=address("PL"),
        shippingAddress=None,
        customer={"id": "K", "mixins": {"vatId": IDS["PL"]}},
        deliveryWindow=None,
    )
    with pytest.raises(OrderRejected) as caught:
        compute_invoice(to_order(order, PATHS), make_settings(order_paths=PATHS), IDENTIFIERS)
    assert caught.value.field == "deliveryWindow.deliveryDate"
    assert "BT-72" in caught.value.message
