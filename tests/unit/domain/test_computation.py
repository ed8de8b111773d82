"""What an invoice says besides its sums: who, where, what, when, in which language."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from server.domain.computation import compute_invoice, issue_invoice
from server.domain.invoice import AdjustmentKind, InvoiceDraft, TaxCategory
from server.domain.money import round_half_up
from server.domain.settings import OrderPaths
from tests.builders.orders import ADDRESS, Item, OrderForm, make_order_json, to_order
from tests.builders.settings import IDENTIFIERS, make_settings, make_site

ZERO_RATED = OrderForm((Item(rate=Decimal(0)),))
PATHS = OrderPaths(buyer_vat_id="customer.vatId", language="language", buyer_reference="ref")


def compute(order: dict[str, Any], **site: Any) -> InvoiceDraft:
    return compute_invoice(
        to_order(order, PATHS), make_settings(make_site(**site), order_paths=PATHS), IDENTIFIERS
    )


def test_a_company_is_named_before_its_people():
    order = make_order_json(billingAddress=ADDRESS | {"companyName": "Möwe OHG"})
    buyer = compute(order).buyer
    assert (buyer.name, buyer.contact_name) == ("Möwe OHG", "Frauke Janßen")


@pytest.mark.parametrize(
    ("customer", "name"),
    [
        ({"company": "Möwe OHG", "firstName": "Frauke", "lastName": "Janßen"}, "Möwe OHG"),
        ({"firstName": "Frauke", "lastName": "Janßen", "name": "fj"}, "Frauke Janßen"),
        ({"name": "Frauke J."}, "Frauke J."),
    ],
)
def test_the_customer_names_the_buyer_where_the_address_does_not(customer, name):
    nameless = ADDRESS | {"contactName": ""}
    order = make_order_json(customer=customer, billingAddress=nameless, shippingAddress=nameless)
    assert compute(order).buyer.name == name


def test_delivery_stands_on_the_invoice_only_where_it_is_elsewhere():
    assert compute(make_order_json()).delivery is None
    elsewhere = compute(make_order_json(shippingAddress=ADDRESS | {"city": "Emden"})).delivery
    assert elsewhere
    assert elsewhere.address.city == "Emden"


@pytest.mark.parametrize("empty", [None, {}, {"contactName": "", "street": None, "country": " "}])
def test_an_empty_address_is_no_address(empty):
    order = make_order_json(billingAddress=empty)
    assert compute(order).buyer.address.city == "Norden"
    assert compute(make_order_json(shippingAddress=empty)).delivery is None


def test_uk_is_written_as_the_standard_wants_it():
    assert compute(make_order_json(billingAddress=ADDRESS | {"country": "uk"})).buyer.address == (
        compute(make_order_json(billingAddress=ADDRESS | {"country": "GB"})).buyer.address
    )


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("", "de"), ("en", "en"), ("EN-gb", "en-gb"), ("en_GB", "en-GB"), ("tlh", "de"), ("x", "de")],
)
def test_the_buyers_language_is_taken_where_documents_are_written_in_it(wanted, given):
    assert compute(make_order_json(language=wanted)).language == given


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("DE", "Steuerfreie innergemeinschaftliche Lieferung"),
        ("en-GB", "Intra-Community supply, exempt from VAT"),
    ],
)
def test_an_exemption_is_explained_in_the_buyers_language(language, reason):
    order = make_order_json(
        ZERO_RATED,
        language=language,
        billingAddress=ADDRESS | {"country": "AT"},
        shippingAddress=None,
        customer={"vatId": "ATU 13585627"},
    )
    draft = compute(order)
    assert [s.exemption_reason for s in draft.tax_subtotals] == [reason]
    assert draft.buyer.vat_id == "ATU13585627"


@pytest.mark.parametrize(
    ("billing", "shipping", "vat_id", "category"),
    [
        ("DE", "DE", "", TaxCategory.ZERO_RATED),
        ("AT", "AT", "ATU13585627", TaxCategory.INTRA_COMMUNITY),
        ("AT", "DE", "ATU13585627", TaxCategory.ZERO_RATED),
        ("CH", "CH", "", TaxCategory.EXPORT),
        ("DE", "CH", "", TaxCategory.EXPORT),
        ("CH", "AT", "ATU13585627", TaxCategory.INTRA_COMMUNITY),
    ],
)
def test_where_the_goods_go_decides_why_no_tax_is_charged(billing, shipping, vat_id, category):
    order = make_order_json(
        ZERO_RATED,
        billingAddress=ADDRESS | {"country": billing},
        shippingAddress=ADDRESS | {"country": shipping},
        customer={"vatId": vat_id},
    )
    draft = compute(order)
    assert {line.tax_category for line in draft.lines} == {category}
    assert [s.tax_category for s in draft.tax_subtotals] == [category]


def test_a_fee_that_lowers_the_price_is_a_line_with_a_negative_quantity():
    form = OrderForm((Item(Decimal(10), fees=(Item(Decimal(-3)),)),))
    line = compute(make_order_json(form)).lines[1]
    assert line.quantity == -1
    assert line.unit_price == -line.net_amount == Decimal("2.52")


def test_negative_shipping_is_an_allowance():
    adjustment = compute(make_order_json(OrderForm(shipping=Item(Decimal("-1.19"))))).adjustments[0]
    assert adjustment.kind is AdjustmentKind.ALLOWANCE
    assert adjustment.net_amount == 1


def test_a_line_that_became_dearer_than_its_list_price_has_no_discount():
    dearer = Item(Decimal("11.90"), quantity=Decimal(2), discount=Decimal(-10))
    line = compute(make_order_json(OrderForm((dearer,)))).lines[0]
    assert [line.unit_price, line.discount, line.net_amount] == [11, 0, 22]


def test_a_line_taken_back_at_more_than_its_list_price_has_no_discount():
    back = Item(Decimal("11.90"), quantity=Decimal(-2), discount=Decimal(-10))
    line = compute(make_order_json(OrderForm((Item(Decimal(99)), back)))).lines[1]
    assert [line.quantity, line.unit_price, line.discount, line.net_amount] == [-2, 11, 0, -22]


def test_a_line_whose_list_price_points_the_other_way_has_no_discount():
    order: Any = make_order_json(OrderForm((Item(), Item(Decimal("-2.38")))))
    order["entries"][1]["calculatedPrice"]["discountedPrice"] = order["entries"][1][
        "calculatedPrice"
    ]["price"]
    order["entries"][1]["calculatedPrice"]["price"] = {
        "netValue": 10,
        "grossValue": Decimal("11.90"),
        "taxRate": 19,
    }
    line = compute(order).lines[1]
    assert [line.quantity, line.unit_price, line.discount, line.net_amount] == [-1, 2, 0, -2]


def test_taxes_rounded_line_by_line_stay_with_their_rate():
    """The 21 taxes at 19 % stray by nine cents from their sum; the one at 7 % has no part in it."""
    small = [Item(Decimal("0.03")) for _ in range(21)]
    form = OrderForm((*small, Item(Decimal(10), rate=Decimal(7))), includes_tax=False)
    draft = compute(make_order_json(form), includes_tax=False)
    assert [f"{s.tax_rate} {s.taxable_amount} {s.tax_amount}" for s in draft.tax_subtotals] == [
        "19 0.63 0.21",
        "7 10.00 0.70",
    ]
    assert draft.totals.tax_inclusive == Decimal("11.54")


def test_a_free_gift_shows_its_price_and_a_discount_of_it():
    gift = Item(Decimal("11.90"), quantity=Decimal(2), discount=Decimal(100))
    line = compute(make_order_json(OrderForm((Item(), gift)))).lines[1]
    assert [line.unit_price, line.discount, line.net_amount] == [10, 20, 0]
    assert line.tax_rate == 19


def test_a_free_gift_without_a_rate_of_its_own_has_that_of_its_price():
    gift = Item(Decimal("11.90"), discount=Decimal(100))
    order: Any = make_order_json(OrderForm((Item(), gift)))
    for name in ("discountedPrice", "finalPrice"):
        order["entries"][1]["calculatedPrice"][name].pop("taxRate", None)
    draft = compute(order)
    assert [s.tax_rate for s in draft.tax_subtotals] == [19]
    assert draft.lines[1].unit_price == draft.lines[1].discount == 10


def line_at(unit_price, quantity, amount, *, includes_tax=False, discounted=None):
    """Computes a line of so many units that comes to an amount, in a net shop."""
    order: Any = make_order_json(
        OrderForm((Item(Decimal(discounted or amount)),), includes_tax=includes_tax)
    )
    entry = order["entries"][0]
    entry["effectiveQuantity"] = Decimal(quantity)
    entry["calculatedUnitPrice"] = {"netValue": Decimal(unit_price)}
    if discounted:
        entry["calculatedPrice"]["discountedPrice"] = entry["calculatedPrice"]["price"]
        entry["calculatedPrice"]["price"] = {
            "netValue": Decimal(amount),
            "grossValue": Decimal(amount) * Decimal("1.19"),
        }
    return compute(order, includes_tax=includes_tax).lines[0]


@pytest.mark.parametrize(
    ("unit_price", "quantity", "amount"),
    [
        ("1.99", "0.1", "0.20"),
        ("12.345", "2.5", "30.86"),
        ("0.3333", "0.125", "0.04"),
        ("100.00", "3", "300.00"),
        ("0.0009", "12000", "10.80"),
    ],
)
def test_a_net_shops_own_unit_price_is_kept(unit_price, quantity, amount):
    line = line_at(unit_price, quantity, amount)
    assert [str(line.unit_price), str(line.discount)] == [unit_price, "0.00"]
    assert line.net_amount == Decimal(amount)


def test_a_net_shops_own_unit_price_stays_beside_a_discount():
    line = line_at("12.345", "2.5", "30.86", discounted="20.00")
    assert [line.unit_price, line.discount] == [Decimal("12.345"), Decimal("10.86")]


@pytest.mark.parametrize("unit_price", ["1.995", "2.009", "0", "-2", "1.99999999999", "1e11"])
def test_a_unit_price_that_does_not_come_to_the_amount_or_was_calculated_is_not_shown(unit_price):
    assert str(line_at(unit_price, "10", "20.00").unit_price) == "2.00"


def test_a_gross_shops_unit_price_is_that_of_its_net_amount():
    assert str(line_at("2.01", "0.1", "0.24", includes_tax=True).unit_price) == "2.00"


@pytest.mark.parametrize(
    ("given", "shown"),
    [("0.30000000000000004", "0.3"), ("2.135", "2.135"), ("1e2", "100"), ("99.9999999", "100")],
)
def test_a_quantity_is_shown_without_the_noise_of_binary_fractions(given, shown):
    order: Any = make_order_json(OrderForm((Item(quantity=Decimal(3)),)))
    order["entries"][0]["effectiveQuantity"] = Decimal(given)
    assert str(compute(order).lines[0].quantity) == shown


@pytest.mark.parametrize("quantity", ["0", "1e-24", "0.000001", "999999999999", "-5e11"])
@pytest.mark.parametrize("amount", ["0.01", "999999999.99"])
def test_any_quantity_recomputes(quantity, amount):
    order: Any = make_order_json(OrderForm((Item(Decimal(amount)),)))
    order["entries"][0]["effectiveQuantity"] = Decimal(quantity)
    line = compute(order).lines[0]
    whole = round_half_up(line.quantity * line.unit_price, Decimal("0.01"))
    assert whole - line.discount == line.net_amount
    assert line.discount == 0


def test_payments_that_came_to_nothing_are_neither_taken_off_nor_shown():
    payments = [
        {"method": "card", "status": "PAID", "paidAmount": 4, "transactionId": "T-1"},
        {"method": "paypal", "status": "REFUNDED", "paidAmount": 3},
        {"method": "card", "status": "declined", "paidAmount": 2, "transactionId": "T-0"},
        {"method": "invoice", "status": "PENDING", "paidAmount": None},
    ]
    draft = compute(make_order_json(payments=payments))
    shown = [(p.method, str(p.paid_amount), p.transaction_id) for p in draft.payments]
    assert shown == [("card", "4.00", "T-1"), ("invoice", "0.00", "")]
    assert [draft.totals.prepaid, draft.totals.due] == [4, 6]


def test_dates_are_those_of_the_site():
    order = make_order_json(
        created="2026-12-31T23:30:00Z", deliveryWindow={"deliveryDate": "2026-12-31T15:30:00Z"}
    )
    assert compute(order, time_zone="Europe/Berlin").order_date == date(2027, 1, 1)
    assert compute(order, time_zone="America/New_York").order_date == date(2026, 12, 31)
    assert compute(order, time_zone="Asia/Tokyo").supply_date == date(2027, 1, 1)
    assert compute(make_order_json()).supply_date == date(2026, 3, 5)


def test_an_issued_invoice_is_due_after_the_sites_term_and_only_if_anything_is_due():
    now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    local = datetime(2027, 1, 1, 0, 30)  # noqa: DTZ001 - the site's clock
    unpaid = issue_invoice(compute(make_order_json()), "R-1", now, local)
    assert (unpaid.issue_date, unpaid.due_date) == (date(2027, 1, 1), date(2027, 1, 15))
    paid = make_order_json(payments=[{"method": "card", "status": "PAID", "paidAmount": 10}])
    assert issue_invoice(compute(paid), "R-2", now, local).due_date is None
