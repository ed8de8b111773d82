"""What must hold for the tax of any order, whoever sells to whomever: EN 16931's rules."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.computation import compute_invoice
from server.domain.errors import OrderRejected
from server.domain.invoice import InvoiceDraft, TaxCategory
from server.domain.party import PostalAddress
from server.domain.settings import OrderPaths, Site, TaxRegistrations
from tests.builders.order_strategies import order_forms, thorough
from tests.builders.orders import ADDRESS, OrderForm, make_order_json, to_order
from tests.builders.settings import IDENTIFIERS, make_seller, make_settings, make_site

PATHS = OrderPaths(buyer_vat_id="vatId")
COUNTRIES = st.sampled_from(["DE", "FR", "PL", "GR", "GB", "CH", "MC", "US"])
VAT_IDS = st.sampled_from(["", "", "DE136695976", "FR40303265045", "PL9904172637", "EL094259216"])
WITH_REASON = {
    TaxCategory.EXEMPT,
    TaxCategory.REVERSE_CHARGE,
    TaxCategory.INTRA_COMMUNITY,
    TaxCategory.EXPORT,
    TaxCategory.NOT_SUBJECT,
}

REGISTRATIONS = st.builds(
    TaxRegistrations,
    small_business=st.booleans(),
    one_stop_shop=st.booleans(),
    vat_ids=st.sampled_from([(), ("FR40303265045",), ("EL094259216", "PL9904172637")]),
    margin_scheme=st.booleans(),
    zero_rate=st.booleans(),
)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    country = draw(st.sampled_from(["DE", "FR", "CH", "US"]))
    vat_id = {"DE": "DE136695976", "FR": "FR40303265045", "CH": "CHE-107.787.577 MWST"}
    seller = make_seller(
        address=PostalAddress(("A 1",), "20457", "B", country=country),
        vat_id=draw(st.sampled_from(["", vat_id.get(country, "")])),
    )
    return make_site(seller=seller, tax_registrations=draw(REGISTRATIONS))


def compute(form: OrderForm, site: Site, **changes: Any) -> InvoiceDraft:
    order = to_order(make_order_json(form, **changes), PATHS)
    settings = make_settings(replace(site, includes_tax=form.includes_tax), order_paths=PATHS)
    return compute_invoice(order, settings, IDENTIFIERS)


@thorough
@given(order_forms(), sites(), COUNTRIES, COUNTRIES, VAT_IDS)
def test_the_tax_of_any_sale_is_refused_or_right(form, site, billing, shipping, vat_id):
    draft = outcome(
        form,
        site,
        billingAddress=ADDRESS | {"country": billing},
        shippingAddress=ADDRESS | {"country": shipping},
        vatId=vat_id,
    )
    if isinstance(draft, OrderRejected):
        assert draft.reason == "TAX_NOT_JUSTIFIED"
        assert draft.field
        assert "BT-" in draft.message
        return
    check_subtotals(draft)
    check_vat_ids(draft)
    # Whoever owes the tax: the amounts are those of the order.
    plain = compute(form, make_site())
    assert draft.totals == plain.totals
    taxes = [[s.tax_amount for s in each.tax_subtotals] for each in (draft, plain)]
    assert taxes[0] == taxes[1]


def outcome(form: OrderForm, site: Site, **changes: Any) -> InvoiceDraft | OrderRejected:
    try:
        return compute(form, site, **changes)
    except OrderRejected as error:
        return error


def check_subtotals(draft: InvoiceDraft) -> None:
    categories = {s.tax_rate: s.tax_category for s in draft.tax_subtotals}
    for subtotal in draft.tax_subtotals:
        category = subtotal.tax_category
        assert (category == TaxCategory.STANDARD) == (subtotal.tax_rate > 0)
        assert bool(subtotal.exemption_reason) == (category in WITH_REASON)
        assert category in WITH_REASON or not subtotal.exemption_code
    taxed = [(line.tax_rate, line.tax_category) for line in draft.lines]
    taxed += [(adjustment.tax_rate, adjustment.tax_category) for adjustment in draft.adjustments]
    assert all(category == categories[rate] for rate, category in taxed)
    if TaxCategory.NOT_SUBJECT in categories.values():
        assert list(categories) == [Decimal(0)], "O stands alone (BR-O-11)"


def check_vat_ids(draft: InvoiceDraft) -> None:
    categories = {s.tax_category for s in draft.tax_subtotals}
    if categories & {TaxCategory.INTRA_COMMUNITY, TaxCategory.REVERSE_CHARGE}:
        assert draft.seller.vat_id
        assert draft.buyer.vat_id
    if TaxCategory.INTRA_COMMUNITY in categories:
        assert draft.supply_date
        assert draft.buyer.vat_id[:2] != draft.seller.vat_id[:2]
    if TaxCategory.EXPORT in categories:
        assert draft.seller.vat_id
    if TaxCategory.NOT_SUBJECT in categories:
        assert not draft.seller.vat_id
        assert not draft.buyer.vat_id
    else:
        assert draft.seller.vat_id or draft.seller.tax_number


@pytest.mark.parametrize("rate", [0, 19])
def test_an_order_of_nothing_but_gifts_needs_no_reason(rate):
    order: Any = make_order_json()
    for price in (
        order["entries"][0]["calculatedPrice"]["price"],
        order["entries"][0]["calculatedPrice"]["finalPrice"],
        order["calculatedPrice"]["finalPrice"],
    ):
        price |= {"netValue": 0, "grossValue": 0, "taxValue": 0, "taxRate": rate}
    order["calculatedPrice"]["finalPrice"].pop("taxAggregate")
    settings = make_settings(make_site(tax_registrations=TaxRegistrations()))
    draft = compute_invoice(to_order(order), settings, IDENTIFIERS)
    assert draft.totals.tax_inclusive == 0
    assert [s.tax_category for s in draft.tax_subtotals] == ["S" if rate else "Z"]
