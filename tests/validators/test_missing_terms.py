"""What the rules call missing is what the published rules refuse, and nothing else is.

Each case takes one thing away: the rules must name its term and field beforehand, and the
validators must refuse the XML that is written all the same.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from server.domain.document import DocumentFormat
from server.domain.format_rules import MissingTerm, missing_seller_terms, missing_terms
from server.domain.invoice import TaxCategory
from server.domain.party import Identifier
from tests.builders.invoices import make_draft, make_line
from tests.validators.full import FULL_BUYER, FULL_SELLER, full_invoice
from tests.validators.scenarios import complete, issue

FACTUR_X = DocumentFormat.FACTUR_X
CII, UBL, PEPPOL = (
    DocumentFormat.XRECHNUNG_CII,
    DocumentFormat.XRECHNUNG_UBL,
    DocumentFormat.PEPPOL_UBL,
)
XRECHNUNG = (CII, UBL)
EVERY = (FACTUR_X, *XRECHNUNG, PEPPOL)
SELLER = "sites[main].seller"
NOWHERE = replace(FULL_BUYER.address, city="", post_code="")


def seller(**changes):
    return {"seller": replace(FULL_SELLER, **changes)}


def buyer(**changes):
    return {"buyer": replace(FULL_BUYER, **changes)}


NO_COUNTRY = replace(FULL_BUYER.address, country="UK")

CASES = [
    (EVERY, buyer(address=NO_COUNTRY), "BT-55", "billingAddress.country", "BR-CL-14"),
    (
        EVERY,
        {"delivery": replace(FULL_BUYER, address=NO_COUNTRY)},
        *("BT-80", "shippingAddress.country", "BR-CL-14"),
    ),
    (
        EVERY,
        seller(address=replace(FULL_SELLER.address, country="UK")),
        *("BT-40", f"{SELLER}.address.country", "BR-CL-14"),
    ),
    (EVERY, buyer(vat_id="ZZ136695976"), "BT-48", "orderPaths.buyerVatId", "BR-CO-09"),
    (EVERY, seller(vat_id="123456789"), "BT-31", f"{SELLER}.vatId", "BR-CO-09"),
    (
        EVERY,
        seller(legal_id=Identifier("1", "0999")),
        *("BT-30", f"{SELLER}.legalId.scheme", "BR-CL-11"),
    ),
    (
        EVERY,
        buyer(legal_id=Identifier("1", "0999")),
        *("BT-47", "orderPaths.buyerLegalId", "BR-CL-11"),
    ),
    (
        EVERY,
        buyer(electronic_address=Identifier("1", "9999")),
        *("BT-49", "orderPaths.buyerElectronicAddress", "BR-CL-25"),
    ),
    (XRECHNUNG, seller(contact_name=""), "BT-41", f"{SELLER}.contactName", "BR-DE-5"),
    (XRECHNUNG, seller(phone="a"), "BT-42", f"{SELLER}.phone", "BR-DE-27"),
    (XRECHNUNG, seller(phone=""), "BT-42", f"{SELLER}.phone", "BR-DE-6"),
    (XRECHNUNG, seller(email=""), "BT-43", f"{SELLER}.email", "BR-DE-7"),
    (XRECHNUNG, seller(email="hallo@nordlicht"), "BT-43", f"{SELLER}.email", "BR-DE-28"),
    (
        XRECHNUNG,
        seller(address=replace(FULL_SELLER.address, city="")),
        *("BT-37", f"{SELLER}.address.city", "BR-DE-3"),
    ),
    (
        XRECHNUNG,
        seller(address=replace(FULL_SELLER.address, post_code="")),
        *("BT-38", f"{SELLER}.address.postCode", "BR-DE-4"),
    ),
    (
        XRECHNUNG,
        buyer(address=replace(FULL_BUYER.address, city="")),
        *("BT-52", "billingAddress.city", "BR-DE-8"),
    ),
    (
        XRECHNUNG,
        buyer(address=replace(FULL_BUYER.address, post_code="")),
        *("BT-53", "billingAddress.zipCode", "BR-DE-9"),
    ),
    (
        XRECHNUNG,
        {"delivery": replace(FULL_BUYER, address=replace(NOWHERE, post_code="1"))},
        *("BT-77", "shippingAddress.city", "BR-DE-10"),
    ),
    (
        XRECHNUNG,
        {"delivery": replace(FULL_BUYER, address=replace(NOWHERE, city="Leer"))},
        *("BT-78", "shippingAddress.zipCode", "BR-DE-11"),
    ),
    (
        XRECHNUNG,
        {"buyer_reference": ""},
        *("BT-10", "sites[main].defaultBuyerReference", "BR-DE-15"),
    ),
    (
        (PEPPOL,),
        {"buyer_reference": "", "purchase_order": "", "order_number": ""},
        *("BT-10", "orderPaths.buyerReference", "PEPPOL-EN16931-R003"),
    ),
    (
        (PEPPOL,),
        seller(electronic_address=Identifier("a@b.example", "EM")),
        *("BT-34", f"{SELLER}.electronicAddress", "PEPPOL-EN16931-R020"),
    ),
    (
        (PEPPOL,),
        buyer(electronic_address=None),
        *("BT-49", "orderPaths.buyerElectronicAddress", "PEPPOL-EN16931-R010"),
    ),
    (
        XRECHNUNG,
        buyer(electronic_address=None, email=""),
        *("BT-49", "orderPaths.buyerElectronicAddress", "PEPPOL-EN16931-R010"),
    ),
    (
        EVERY,
        seller(vat_id="", legal_id=None),
        *("BT-31", f"{SELLER}.vatId", "BR-CO-26"),
    ),
    (
        EVERY,
        seller(vat_id="", tax_number="", tax_representative=None),
        *("BT-31", f"{SELLER}.vatId", "BR-S-02"),
    ),
]


@pytest.mark.parametrize(
    ("format", "changes", "term", "field", "rule"),
    [
        pytest.param(format, *rest, id=f"{rest[-1]}-{format}")
        for formats, *rest in CASES
        for format in formats
    ],
)
def test_what_is_missing_is_named_before_the_validators_refuse_it(
    validator, format, changes, term, field, rule
):
    invoice = full_invoice(**changes)
    found = missing_terms(invoice.draft, format)
    assert [(missing.term, missing.field) for missing in found] == [(term, field)]
    assert rule in {failure.rule for failure in validator.failures(invoice, format)}


@pytest.mark.parametrize("format", [DocumentFormat.PDF, *EVERY])
def test_nothing_is_missing_from_a_full_invoice(format):
    assert missing_terms(full_invoice().draft, format) == ()


def exempt(category, **changes):
    """Makes a draft of one line in a category without tax; by default nothing is missing."""
    line = replace(make_line(), tax_category=category, tax_rate=make_line().tax_rate * 0)
    values: dict[str, Any] = {
        "adjustments": (),
        "seller": FULL_SELLER,
        "buyer": FULL_BUYER,
        "buyer_reference": "04011000-12345-34",
        "exemption_reason": "No VAT",
    }
    if category is TaxCategory.NOT_SUBJECT:
        values["seller"] = replace(FULL_SELLER, vat_id="", tax_representative=None)
        values["buyer"] = replace(FULL_BUYER, vat_id="")
    if category is TaxCategory.ZERO_RATED:
        values["exemption_reason"] = ""
    return make_draft((line,), **values | changes)


@pytest.mark.parametrize("category", [c for c in TaxCategory if c is not TaxCategory.STANDARD])
@pytest.mark.parametrize("format", EVERY)
def test_invoices_without_tax_are_valid(validator, format, category):
    draft = exempt(category)
    assert missing_terms(draft, format) == ()
    assert validator.failures(issue(draft), format) == []


@pytest.mark.parametrize(
    ("category", "changes", "term", "rule"),
    [
        ("E", {"exemption_reason": ""}, "BT-120", "BR-E-10"),
        ("AE", {"exemption_reason": ""}, "BT-120", "BR-AE-10"),
        ("K", {"exemption_reason": ""}, "BT-120", "BR-IC-10"),
        ("G", {"exemption_reason": ""}, "BT-120", "BR-G-10"),
        ("AE", buyer(vat_id="", legal_id=None), "BT-48", "BR-AE-02"),
        ("K", buyer(vat_id=""), "BT-48", "BR-IC-02"),
        ("K", {"supply_date": None}, "BT-72", "BR-IC-11"),
        ("K", seller(vat_id="", tax_representative=None), "BT-31", "BR-IC-02"),
        ("G", seller(vat_id="", tax_representative=None), "BT-31", "BR-G-02"),
        ("E", seller(vat_id="", tax_number="", tax_representative=None), "BT-31", "BR-E-02"),
        ("O", seller(vat_id="", legal_id=None, tax_representative=None), "BT-30", "BR-CO-26"),
    ],
)
def test_what_a_category_needs_is_named_before_the_validators_refuse_it(
    validator, category, changes, term, rule
):
    draft = exempt(TaxCategory(category), **changes)
    for format in (FACTUR_X, UBL):
        assert term in {missing.term for missing in missing_terms(draft, format)}
        assert rule in {failure.rule for failure in validator.failures(issue(draft), format)}


def test_a_seller_is_checked_before_any_order_is_there():
    found = missing_seller_terms(replace(FULL_SELLER, contact_name=""), CII, "sites[0].seller")
    assert found == (
        MissingTerm("BT-41", "sites[0].seller.contactName", "XRechnung CII needs a contact"),
    )
    assert str(found[0]) == "sites[0].seller.contactName: XRechnung CII needs a contact (BT-41)"
    assert missing_seller_terms(replace(FULL_SELLER, contact_name=""), FACTUR_X, "seller") == ()


@pytest.mark.parametrize(
    ("currency", "shift", "refused"), [("JPY", "1", True), ("EUR", "0.99", False)]
)
def test_tax_too_far_from_its_rate_is_named_before_the_validators_refuse_it(
    validator, currency, shift, refused
):
    draft = complete(
        make_draft((make_line(1, unit_price=Decimal(100)),), currency=currency, adjustments=())
    )
    cents = Decimal(shift)
    (subtotal,) = draft.tax_subtotals
    totals = draft.totals
    draft = replace(
        draft,
        tax_subtotals=(replace(subtotal, tax_amount=subtotal.tax_amount + cents),),
        totals=replace(
            totals,
            tax=totals.tax + cents,
            tax_inclusive=totals.tax_inclusive + cents,
            due=totals.due + cents,
        ),
    )
    for format in (FACTUR_X, UBL):
        assert [m.term for m in missing_terms(draft, format)] == (["BT-117"] if refused else [])
        rules = {failure.rule for failure in validator.failures(issue(draft), format)}
        assert ("BR-S-09" in rules) is refused
