"""Another program's reader finds in the XML what the invoice says, to the cent."""

from dataclasses import replace
from decimal import Decimal

import pytest
from facturx.parse_xml import parse_ubl_cii_xml

from server.domain.document import DocumentFormat
from server.domain.format_rules import E_INVOICES
from server.rendering.xml import render_xml
from tests.validators.full import full_invoice
from tests.validators.scenarios import complete, credit, example_drafts, issue

TOTALS = {
    "BT-106": "lines",
    "BT-107": "allowances",
    "BT-108": "charges",
    "BT-109": "tax_exclusive",
    "BT-110": "tax",
    "BT-112": "tax_inclusive",
    "BT-113": "prepaid",
    "BT-114": "rounding",
    "BT-115": "due",
}


def read(invoice, format):
    return parse_ubl_cii_xml(render_xml(invoice, format), check_xsd=False)


@pytest.mark.parametrize("make", [issue, credit])
@pytest.mark.parametrize("format", sorted(E_INVOICES))
def test_the_sums_of_the_example_orders_are_read_back(format, make):
    for name, computed in example_drafts().items():
        invoice = make(complete(computed))
        draft = invoice.draft
        found = read(invoice, format)
        assert found["BT-1"] == invoice.number
        assert found["BT-2"] == invoice.issue_date
        assert found["BT-3"] == invoice.type_code
        assert found["BT-5"] == draft.currency
        sums = {term: Decimal(found.get(term) or 0) for term in TOTALS}
        assert sums == {t: getattr(draft.totals, n) for t, n in TOTALS.items()}, name
        by_rate = [
            (t["BT-118"], *(Decimal(t[n]) for n in ("BT-119", "BT-116", "BT-117")))
            for t in found["BG-23"]
        ]
        assert by_rate == [
            (t.tax_category, t.tax_rate, t.taxable_amount, t.tax_amount)
            for t in draft.tax_subtotals
        ], name
        lines = [
            (line["BT-126"], line["BT-153"], Decimal(line["BT-129"]), Decimal(line["BT-131"]))
            for line in found["BG-25"]
        ]
        assert lines == [
            (str(line.position), line.name, line.quantity, line.net_amount) for line in draft.lines
        ], name


@pytest.mark.parametrize("format", sorted(E_INVOICES))
@pytest.mark.parametrize("rounding", ["0.02", "-0.02"])
def test_cash_rounding_is_valid_and_read_back(validator, format, rounding):
    invoice = full_invoice()
    totals = invoice.draft.totals
    rounded = replace(totals, rounding=Decimal(rounding), due=totals.due + Decimal(rounding))
    invoice = replace(invoice, draft=replace(invoice.draft, totals=rounded))
    assert validator.failures(invoice, format) == []
    found = read(invoice, format)
    assert (found["BT-114"], found["BT-115"]) == (rounding, f"{rounded.due}")


@pytest.mark.parametrize("format", sorted(E_INVOICES))
def test_who_sells_and_who_buys_is_read_back(format):
    invoice = full_invoice()
    found = read(invoice, format)
    seller, buyer = found["BG-4"], found["BG-7"]
    assert (seller["name"], seller["vat_identifier"]) == ("Nordlicht Handel GmbH", "DE123456789")
    assert (seller["einvoicing_addr_schemeid"], seller["einvoicing_addr"]) == (
        "0088",
        "4012345000009",
    )
    assert (buyer["name"], buyer["vat_identifier"]) == ("Möwe & Söhne OHG", "DE136695976")
    assert (buyer["addr_l1"], buyer["postcode"], buyer["city"], buyer["country_code"]) == (
        "Am Alten Hafen 7",
        "26506",
        "Norden",
        "DE",
    )


def test_factur_x_is_what_its_own_library_takes_it_for():
    from facturx import get_level, xml_check_xsd
    from lxml import etree

    xml = render_xml(full_invoice(), DocumentFormat.FACTUR_X)
    assert xml_check_xsd(xml, level="en16931")
    assert get_level(etree.fromstring(xml)) == "en16931"
