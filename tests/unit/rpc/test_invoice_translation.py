"""Invoices as messages: every amount with its digits, every code by its name."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from server.domain.document import DocumentFormat
from server.domain.errors import InvalidInput
from server.domain.invoice import Adjustment, AdjustmentKind, TaxCategory, TaxSubtotal
from server.domain.party import Party, PostalAddress
from server.rpc.translate_invoices import invoice_message, read_format
from server.rpc.translate_values import decimal_text
from tests.builders.invoices import make_invoice, make_line
from tests.grpc.door import unsigned


@pytest.mark.parametrize(
    ("value", "text"),
    [("68.50", "68.50"), ("1E+3", "1000"), ("0.000001", "0.000001"), ("-0.10", "-0.10")],
)
def test_a_decimal_keeps_its_digits_and_has_no_exponent(value, text):
    assert decimal_text(Decimal(value)) == text


def test_every_domain_format_can_be_asked_for():
    asked = {read_format(number) for number in pb.DocumentFormat.values()}
    assert asked == {None, *DocumentFormat}


def test_an_unknown_format_is_refused():
    with pytest.raises(InvalidInput):
        read_format(99)  # type: ignore[arg-type]


def test_a_line_shows_all_it_has():
    line = make_line(
        1,
        name="Hemd",
        item_id="N-1",
        quantity=Decimal("1.5"),
        unit_code="MTR",
        unit_price=Decimal("10.1234"),
        discount=Decimal("0.50"),
        net_amount=Decimal("14.69"),
        tax_rate=Decimal(19),
    )
    assert invoice_message(make_invoice((line,)), (), unsigned).lines[0] == pb.InvoiceLine(
        position=1,
        name="Hemd",
        item_id="N-1",
        quantity="1.5",
        unit_code="MTR",
        unit_price="10.1234",
        discount="0.50",
        net_amount="14.69",
        tax_category="S",
        tax_rate="19",
    )


def test_adjustments_are_allowances_or_charges():
    adjustments = tuple(
        Adjustment(kind, "Text", Decimal("4.90"), TaxCategory.STANDARD, Decimal(7))
        for kind in AdjustmentKind
    )
    message = invoice_message(make_invoice(1, adjustments=adjustments), (), unsigned)
    assert [item.kind for item in message.adjustments] == [
        pb.ADJUSTMENT_KIND_ALLOWANCE,
        pb.ADJUSTMENT_KIND_CHARGE,
    ]
    assert message.adjustments[0].net_amount == "4.90"


def test_a_delivery_is_there_only_where_it_differs_from_the_buyer():
    delivery = Party("Lager", PostalAddress(lines=("Kai 1",), city="Emden", country="DE"))
    assert not invoice_message(make_invoice(1), (), unsigned).HasField("delivery")
    message = invoice_message(make_invoice(1, delivery=delivery), (), unsigned)
    assert message.delivery.name == "Lager"
    assert list(message.delivery.address.lines) == ["Kai 1"]


def test_days_that_are_not_known_are_empty():
    invoice = make_invoice(1, paid="all", supply_date=None)
    message = invoice_message(invoice, (), unsigned)
    assert (message.supply_date, message.due_date) == ("", "")
    message = invoice_message(make_invoice(1, supply_date=date(2026, 1, 2)), (), unsigned)
    assert message.supply_date == "2026-01-02"


def test_what_the_invoice_says_besides_its_figures_is_shown():
    subtotal = TaxSubtotal(
        *(TaxCategory.INTRA_COMMUNITY, Decimal(0), Decimal("10.00"), Decimal("0.00")),
        exemption_reason="Innergemeinschaftliche Lieferung",
        exemption_code="VATEX-EU-IC",
    )
    invoice = make_invoice(
        1,
        notes=("Steuerfrei.", "Danke."),
        payment_terms="Zahlbar in 14 Tagen.",
        buyer_reference="04011000-1234512345-06",
        purchase_order="PO-7",
        tax_currency="PLN",
    )
    totals = replace(
        invoice.draft.totals, rounding=Decimal("-0.02"), tax_in_tax_currency=Decimal("43.21")
    )
    draft = replace(invoice.draft, totals=totals, tax_subtotals=(subtotal,))
    message = invoice_message(replace(invoice, draft=draft), (), unsigned)
    assert list(message.notes) == ["Steuerfrei.", "Danke."]
    assert message.payment_terms == "Zahlbar in 14 Tagen."
    assert message.buyer_reference == "04011000-1234512345-06"
    assert (message.purchase_order, message.tax_currency) == ("PO-7", "PLN")
    assert message.tax_subtotals[0].exemption_code == "VATEX-EU-IC"
    assert (message.totals.rounding, message.totals.tax_in_tax_currency) == ("-0.02", "43.21")


def test_tax_in_another_currency_is_empty_where_there_is_none():
    assert invoice_message(make_invoice(1), (), unsigned).totals.tax_in_tax_currency == ""
