"""What an order and a site give an invoice besides its sums: payment, ids, references."""

from decimal import Decimal
from typing import Any

import pytest

from server.domain.computation import compute_invoice
from server.domain.document import DocumentFormat
from server.domain.errors import OrderRejected
from server.domain.invoice import AdjustmentKind, InvoiceDraft
from server.domain.party import Identifier
from server.domain.settings import ExchangeRate, OrderPaths
from tests.builders.orders import ADDRESS, Item, OrderForm, make_order_json, put, to_order
from tests.builders.settings import IDENTIFIERS, make_seller, make_settings, make_site

PATHS = OrderPaths(
    buyer_vat_id="vatId",
    buyer_reference="reference",
    purchase_order="purchaseOrder",
    buyer_legal_id="legalId",
    buyer_electronic_address="address",
)


def compute(order: dict[str, Any] | None = None, **site: Any) -> InvoiceDraft:
    settings = make_settings(make_site(**site), order_paths=PATHS)
    return compute_invoice(to_order(order or make_order_json(), PATHS), settings, IDENTIFIERS)


def refusal(order: dict[str, Any] | None = None, **site: Any) -> OrderRejected:
    with pytest.raises(OrderRejected) as caught:
        compute(order, **site)
    return caught.value


@pytest.mark.parametrize(
    ("own", "rate", "tax"),
    [
        ("CZK", "25.37", "40.59"),  # 1.60 x 25.37 = 40.592
        ("PLN", "4.2656250", "6.83"),  # 6.825 exactly: half a grosz goes up
        ("JPY", "160.31", "256"),
    ],
)
def test_tax_is_stated_in_the_currency_it_is_accounted_for_in(own, rate, tax):
    rates = (ExchangeRate("USD", Decimal(2)), ExchangeRate("EUR", Decimal(rate)))
    draft = compute(tax_currency=own, exchange_rates=rates)
    assert draft.totals.tax == Decimal("1.60")
    assert (draft.tax_currency, str(draft.totals.tax_in_tax_currency)) == (own, tax)


@pytest.mark.parametrize("own", ["", "EUR"])
def test_tax_is_stated_once_where_it_is_accounted_for_in_the_invoices_currency(own):
    draft = compute(tax_currency=own)
    assert (draft.tax_currency, draft.totals.tax_in_tax_currency) == ("", None)


def test_a_missing_exchange_rate_is_named():
    error = refusal(tax_currency="CZK", exchange_rates=(ExchangeRate("USD", Decimal(2)),))
    assert (error.field, error.reason) == ("currency", "EXCHANGE_RATE_MISSING")
    assert "EUR" in error.message
    assert "CZK" in error.message
    assert "exchangeRates" in error.message


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("invoice", "58"),
        ("prepayment", "58"),
        ("Bank Transfer", "58"),
        ("creditcard", "48"),
        ("stripe", "48"),
        ("debit-card", "48"),
        ("paypal", "68"),
        ("klarna_invoice", "68"),
        ("SEPA Direct Debit", "ZZZ"),
        ("gift-card", "ZZZ"),
        ("cash-on-delivery", "10"),
        ("barter", ""),
        ("", ""),
    ],
)
def test_a_payment_method_has_the_code_of_its_kind(method, code):
    order = make_order_json(payments=[{"method": method, "paidAmount": 0}])
    assert [p.means_code for p in compute(order).payments] == [code]


def test_a_transfer_is_told_by_its_currency_and_takes_an_account():
    form = OrderForm(currency="USD")
    order = make_order_json(form, payments=[{"method": "invoice"}])
    assert compute(order).payments[0].means_code == "30"
    assert compute(order, seller=make_seller(bank_account=None)).payments[0].means_code == ""


def test_charges_and_allowances_have_a_reason_code():
    fees = (Item(Decimal(2)), Item(Decimal(-1)))
    draft = compute(make_order_json(OrderForm(shipping=Item(Decimal(5)), payment_fees=fees)))
    kinds = [(a.kind, a.reason_code) for a in draft.adjustments]
    charge, allowance = AdjustmentKind.CHARGE, AdjustmentKind.ALLOWANCE
    assert kinds == [(charge, "FC"), (charge, "ADR"), (allowance, "95")]


def test_a_discount_says_what_it_is_called_and_no_discount_says_nothing():
    form = OrderForm((Item(discount=Decimal(10)), Item()))
    order = make_order_json(form, discounts=[{"code": "SUMMER", "name": "Summer sale"}])
    at = "entries[0].calculatedPrice.discountedPrice.appliedDiscounts"
    put(order, at, [{"id": "SUMMER"}, {"id": "VIP"}, {"id": 7}, {}, {"id": "VIP"}])
    same = order["entries"][1]["calculatedPrice"]["price"] | {"appliedDiscounts": [{"id": "X"}]}
    put(order, "entries[1].calculatedPrice.discountedPrice", same)
    assert [line.discount_reason for line in compute(order).lines] == ["Summer sale, VIP", ""]


def test_the_orders_reference_counts_before_the_sites():
    order = make_order_json(reference="04011000-1", purchaseOrder="PO-7")
    draft = compute(order, default_buyer_reference="NONE")
    assert (draft.buyer_reference, draft.purchase_order) == ("04011000-1", "PO-7")
    assert compute(default_buyer_reference="NONE").buyer_reference == "NONE"


@pytest.mark.parametrize(
    ("given", "country", "legal_id"),
    [
        ("", "FR", None),
        ("303 265 045", "FR", Identifier("303265045", "0002")),
        ("30326504500017", "FR", Identifier("30326504500017", "0009")),
        ("0106:12345678", "NL", Identifier("12345678", "0106")),
        ("HRB 123", "DE", Identifier("HRB 123")),
    ],
)
def test_the_buyers_legal_id_has_its_scheme_where_that_is_known(given, country, legal_id):
    order = make_order_json(legalId=given, billingAddress=ADDRESS | {"country": country})
    assert compute(order).buyer.legal_id == legal_id


@pytest.mark.parametrize(
    ("given", "email", "address"),
    [
        ("0204:991-12345-67", "a@b.example", Identifier("991-12345-67", "0204")),
        ("EM:c@d.example", "a@b.example", Identifier("c@d.example", "EM")),
        ("c@d.example", "", Identifier("c@d.example", "EM")),
        ("", "a@b.example", Identifier("a@b.example", "EM")),
        ("", "nobody", None),
        ("", "", None),
    ],
)
def test_e_invoices_go_to_the_buyers_address_or_to_the_e_mail(given, email, address):
    order = make_order_json(address=given, customer={"id": "K", "email": email})
    assert compute(order).buyer.electronic_address == address


@pytest.mark.parametrize(
    ("changes", "field", "term"),
    [
        ({"vatId": "DE136695977"}, "vatId", "BT-48"),
        ({"vatId": "none"}, "vatId", "BT-48"),
        ({"address": "991-12345-67"}, "address", "BT-49"),
    ],
)
def test_a_wrong_id_of_the_buyer_is_refused_by_its_field(changes, field, term):
    error = refusal(make_order_json(**changes))
    assert error.field == field
    assert term in error.message


def test_terms_of_payment_are_in_the_invoices_language_or_the_sites():
    terms = (("de", "Zahlbar sofort."), ("fr", "Payable à réception."))
    assert compute(payment_terms=terms, default_language="fr-BE").payment_terms.startswith(
        "Payable"
    )
    assert compute(payment_terms=terms, default_language="en").payment_terms == ""
    assert compute().payment_terms == ""


def test_a_girocode_is_for_what_is_due_in_euros_to_an_account():
    paid = make_order_json(payments=[{"method": "card", "status": "PAID", "paidAmount": 10}])
    assert compute(girocode=True).girocode
    assert not compute().girocode
    assert not compute(paid, girocode=True).girocode
    assert not compute(make_order_json(OrderForm(currency="USD")), girocode=True).girocode
    assert not compute(girocode=True, seller=make_seller(bank_account=None)).girocode


def test_what_a_format_needs_and_the_order_lacks_is_named():
    seller = make_seller(contact_name="Inga", phone="+49 40 5550123")
    site: dict[str, Any] = {
        "seller": seller,
        "default_buyer_reference": "1",
        "formats": (DocumentFormat.XRECHNUNG_UBL,),
    }
    assert compute(**site).formats == (DocumentFormat.XRECHNUNG_UBL,)
    error = refusal(make_order_json(billingAddress=ADDRESS | {"zipCode": ""}), **site)
    assert (error.field, error.reason) == ("billingAddress.zipCode", "FORMAT_LACKS_TERM")
    assert "BT-53" in error.message


def test_an_invoice_embeds_its_xml_unless_that_cannot_hold_its_amounts():
    assert compute().embedded is DocumentFormat.FACTUR_X
    dinars = OrderForm(currency="KWD", decimals=3)
    assert compute(make_order_json(dinars)).embedded is None
