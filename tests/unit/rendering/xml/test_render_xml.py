"""The whole document: nothing escapes its place, and it is laid out as an XML library would."""

import pickle
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from server.domain.format_rules import E_INVOICES
from server.domain.invoice import CREDIT_NOTE, PrecedingInvoice, TaxCategory
from server.rendering.xml import render_xml
from server.rendering.xml.nodes import clean
from server.rendering.xml.terms import percentage
from tests.builders.invoices import make_invoice, make_line
from tests.unit.rendering.xml.texts import HOSTILE, TEXTS
from tests.validators.full import full_invoice
from tests.validators.scenarios import complete, credit, example_drafts, issue

FORMATS = sorted(E_INVOICES)
#: Texts that choose what is written, rather than being written.
CHOOSING = {"type_code", "layout", "language", "unit_code", "means_code", "iban", "scheme"}

CREDITED = replace(
    full_invoice(preceding=PrecedingInvoice("RE-2025-00041", date(2025, 10, 1))),
    type_code=CREDIT_NOTE,
)
INVOICES = {"invoice": full_invoice(tax_currency="CZK"), "credit note": CREDITED}


def changed(value, change):
    """Changes every text within a value that is written down as it is."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return change(value)
    if isinstance(value, tuple):
        return tuple(changed(part, change) for part in value)
    if not hasattr(value, "__dataclass_fields__"):
        return value
    texts = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in CHOOSING}
    texts.pop("branding", None)
    return replace(value, **{name: changed(part, change) for name, part in texts.items()})


def shape(xml):
    """Lists the elements of a document, each with its place and its attributes' names."""
    tree = etree.fromstring(xml).getroottree()
    return [(tree.getpath(element), sorted(element.attrib)) for element in tree.iter()]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("invoice", INVOICES.values(), ids=INVOICES)
def test_no_text_changes_what_the_document_is_made_of(invoice, text, format):
    plain = changed(invoice, lambda given: f"{given}x" if given else "")
    hostile = changed(invoice, lambda given: f"{given}{text}x" if given else "")
    assert shape(render_xml(hostile, format)) == shape(render_xml(plain, format))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(name=TEXTS, value=TEXTS)
def test_a_products_texts_are_read_back_cleaned(name, value):
    line = make_line(1, name=f"a{name}", attributes=((f"b{name}", f"c{value}"),))
    for format in FORMATS:
        found = etree.fromstring(render_xml(make_invoice((line,)), format))
        texts = [element.text for element in found.iter()]
        for text in (f"a{name}", f"b{name}", f"c{value}"):
            assert clean(text) in texts


@settings(deadline=None, max_examples=60)
@given(code=TEXTS)
def test_a_currency_and_a_payment_method_stay_in_their_attributes(code):
    for format in FORMATS:
        full = full_invoice()
        payments = tuple(replace(p, method=f"x{code}") for p in full.draft.payments)
        draft = replace(full.draft, currency=f"C{code}", payments=payments)
        found = etree.fromstring(render_xml(replace(full, draft=draft), format))
        assert {element.get("currencyID") for element in found.iter()} - {None} == {
            clean(f"C{code}")
        }
        said = [
            e.get("name") or e.text for e in found.iter("{*}PaymentMeansCode", "{*}Information")
        ]
        assert said == [clean(f"x{code}")]


def as_a_library_lays_it_out(xml):
    tree = etree.fromstring(xml, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("invoice", INVOICES.values(), ids=INVOICES)
def test_every_element_stands_as_deep_as_it_is_indented(invoice, format):
    # The price of three is given for all of them, which is an element more.
    dear = make_line(1, quantity=Decimal(3), unit_price=Decimal("333.3"), net_amount=Decimal(1000))
    bare = replace(invoice.draft, delivery=None, supply_date=None, tax_subtotals=())
    bare = replace(bare, seller=replace(bare.seller, bank_account=None), lines=(dear,))
    for made in (invoice, replace(invoice, draft=bare)):
        xml = render_xml(made, format)
        assert xml == as_a_library_lays_it_out(xml)


@pytest.mark.parametrize("format", FORMATS)
def test_example_orders_are_laid_out_as_a_library_does(format):
    for draft in example_drafts().values():
        for invoice in (issue(draft), credit(complete(draft))):
            xml = render_xml(invoice, format)
            assert xml == as_a_library_lays_it_out(xml)


@pytest.mark.parametrize("format", FORMATS)
def test_an_invoice_from_another_process_gives_the_same_bytes(format):
    invoice = full_invoice()
    assert render_xml(pickle.loads(pickle.dumps(invoice)), format) == render_xml(invoice, format)


@pytest.mark.parametrize("format", FORMATS)
def test_sellers_that_differ_are_never_taken_for_each_other(format):
    invoice = full_invoice()
    for name in ("Erste GmbH", "Zweite GmbH", "Erste GmbH"):
        draft = replace(invoice.draft, seller=replace(invoice.draft.seller, name=name))
        assert f">{name}<" in render_xml(replace(invoice, draft=draft), format).decode()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("given", "written"),
    [("19", "19"), ("19.00", "19"), ("5.50", "5.5"), ("1E+1", "10"), ("0.0", "0")],
)
def test_equal_rates_are_written_alike(given, written, format):
    line = make_line(1, tax_rate=Decimal(given), tax_category=TaxCategory.STANDARD)
    xml = render_xml(make_invoice((line,), adjustments=()), format)
    rates = etree.fromstring(xml).iter("{*}RateApplicablePercent", "{*}Percent")
    assert {rate.text for rate in rates} == {written}


@pytest.mark.parametrize("asked_first", ["0", "-0"])
def test_a_rate_of_minus_nothing_is_nothing_whichever_was_written_before(asked_first):
    percentage.cache_clear()
    assert {percentage(Decimal(rate)) for rate in (asked_first, "0", "-0", "0.00")} == {"0"}


@pytest.mark.parametrize("format", FORMATS)
def test_numbers_have_no_exponent(format):
    line = make_line(
        1,
        quantity=Decimal("1E+3"),
        unit_price=Decimal("1E-7"),
        net_amount=Decimal("0E-8"),
        discount=Decimal("1E+2"),
    )
    texts = [e.text for e in etree.fromstring(render_xml(make_invoice((line,)), format)).iter()]
    assert {"1000", "100", "0.00000000"} <= set(texts)
    assert not any("E+" in text or "E-" in text for text in texts if text and text[0].isdigit())
