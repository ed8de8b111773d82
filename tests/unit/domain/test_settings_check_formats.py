"""Settings that a format, a tax rule or a credit note would fail for are refused when saved."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from server.domain.document import DocumentFormat
from server.domain.errors import InvalidInput
from server.domain.numbering import NumberSequence
from server.domain.party import BankAccount, Identifier, PostalAddress, TaxRepresentative
from server.domain.settings import ExchangeRate, OrderPaths, Site, TaxRegistrations, TenantSettings
from server.domain.settings_check import check_settings
from tests.builders.settings import (
    IDENTIFIERS,
    SELLER,
    SEQUENCE,
    make_seller,
    make_settings,
    make_site,
)

CII, UBL = DocumentFormat.XRECHNUNG_CII, DocumentFormat.XRECHNUNG_UBL
FACTUR_X, PEPPOL = DocumentFormat.FACTUR_X, DocumentFormat.PEPPOL_UBL
CREDITS = NumberSequence(name="credits", pre_text="GS-__year__-")
#: Has all that any format needs.
FULL_SELLER = make_seller(
    contact_name="Inga Petersen",
    phone="+49 40 5550123",
    electronic_address=Identifier("991-12345-67", "0204"),
    legal_id=Identifier("HRB 1"),
    tax_representative=TaxRepresentative("R", "NL004495445B01", SELLER.address),
)
FULL_SITE = make_site(
    seller=FULL_SELLER,
    formats=(CII, UBL, FACTUR_X, PEPPOL),
    default_buyer_reference="04011000-12345-67",
    credit_note_sequence="credits",
    tax_registrations=TaxRegistrations(vat_ids=("PL9904172637", "EL094259216")),
    tax_currency="CZK",
    exchange_rates=(ExchangeRate("EUR", Decimal("25.1")), ExchangeRate("USD", Decimal(23))),
    payment_terms=(("de", "Zahlbar sofort.\nOhne Abzug."), ("fr", "Payable.")),
    girocode=True,
)
FULL_PATHS = OrderPaths(
    "customer.vatId", "language", "reference", "purchase", "customer.legalId", "customer.address"
)


def full(site: Site = FULL_SITE, **changes: Any) -> TenantSettings:
    values: dict[str, Any] = {
        "order_paths": FULL_PATHS,
        "number_sequences": (SEQUENCE, CREDITS),
    }
    return make_settings(site, **(values | changes))


def wrong_fields(settings: TenantSettings) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        check_settings(settings, IDENTIFIERS)
    assert all(violation.description for violation in caught.value.violations)
    return [violation.field.removeprefix("sites[0].") for violation in caught.value.violations]


def test_settings_with_everything_are_accepted():
    check_settings(full(), IDENTIFIERS)


@pytest.mark.parametrize(
    ("formats", "seller", "fields"),
    [
        ((CII,), {"contact_name": ""}, ["seller.contact_name"]),
        ((UBL,), {"contact_name": ""}, ["seller.contact_name"]),
        ((CII, UBL), {"contact_name": ""}, ["seller.contact_name"]),
        ((CII,), {"phone": ""}, ["seller.phone"]),
        ((CII,), {"email": ""}, ["seller.email"]),
        ((CII,), {"email": "", "electronic_address": None},
         ["seller.email", "seller.electronic_address"]),
        ((CII,), {"address": replace(SELLER.address, post_code="")}, ["seller.address.post_code"]),
        ((UBL,), {"bank_account": None}, ["seller.bank_account"]),
        ((PEPPOL,), {"electronic_address": None}, ["seller.electronic_address"]),
        ((PEPPOL,), {"electronic_address": Identifier("a@b.example", "EM")},
         ["seller.electronic_address"]),
        ((FACTUR_X,), {"vat_id": "", "legal_id": None}, ["seller.vat_id"]),
        ((FACTUR_X,), {"contact_name": "", "phone": "", "electronic_address": None}, []),
        ((FACTUR_X,), {"vat_id": ""}, []),
        ((), {"contact_name": "", "phone": "", "electronic_address": None}, []),
    ],
)  # fmt: skip
def test_a_format_names_what_its_seller_lacks(formats, seller, fields):
    site = replace(
        FULL_SITE, formats=formats, seller=replace(FULL_SELLER, **seller), girocode=False
    )
    if fields:
        assert wrong_fields(full(site)) == fields
    else:
        check_settings(full(site), IDENTIFIERS)


@pytest.mark.parametrize(
    ("formats", "paths", "fields"),
    [
        ((CII,), {"buyer_reference": ""}, ["default_buyer_reference"]),
        ((CII, UBL), {"buyer_reference": ""}, ["default_buyer_reference"]),
        ((PEPPOL,), {"buyer_reference": "", "purchase_order": ""}, ["default_buyer_reference"]),
        ((PEPPOL,), {"buyer_reference": ""}, []),
        ((PEPPOL,), {"buyer_electronic_address": ""}, ["formats"]),
        ((FACTUR_X,), {"buyer_reference": "", "purchase_order": ""}, []),
    ],
)
def test_a_format_names_what_no_order_will_have(formats, paths, fields):
    site = replace(FULL_SITE, formats=formats, default_buyer_reference="")
    settings = full(site, order_paths=replace(FULL_PATHS, **paths))
    if fields:
        assert wrong_fields(settings) == fields
        if fields == ["default_buyer_reference"]:
            given = replace(site, default_buyer_reference="1")
            check_settings(full(given, order_paths=settings.order_paths), IDENTIFIERS)
    else:
        check_settings(settings, IDENTIFIERS)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("formats[1]", {"formats": (CII, CII)}),
        ("formats[0]", {"formats": (DocumentFormat.PDF,)}),
        ("credit_note_sequence", {"credit_note_sequence": "other"}),
        ("credit_note_sequence", {"credit_note_sequence": "standard"}),
        ("credit_note_sequence", {"credit_note_sequence": "credits", "number_sequence": "credits"}),
        ("tax_currency", {"tax_currency": "EURO"}),
        ("tax_currency", {"tax_currency": ""}),
        ("exchange_rates", {"exchange_rates": (ExchangeRate("USD", Decimal(23)),)}),
        ("default_buyer_reference", {"default_buyer_reference": "a\nb"}),
        ("payment_terms[sv]", {"payment_terms": (("sv", "x"),)}),
        ("payment_terms[de]", {"payment_terms": (("de", "x" * 2001),)}),
        ("payment_terms[de]", {"payment_terms": (("de", "\x00"),)}),
        ("tax_registrations.vat_ids[0]", {"vat_ids": ("PL9904172638",)}),
        ("tax_registrations.vat_ids[1]", {"vat_ids": ("PL9904172637", "9904172637")}),
        ("tax_registrations.vat_ids[1]", {"vat_ids": ("PL9904172637", "PL9904172637")}),
        ("tax_registrations.vat_ids[0]", {"vat_ids": ("DE811907980",)}),
        ("tax_registrations.vat_ids[0]", {"vat_ids": ("",)}),
    ],
)
def test_a_wrong_field_of_a_site_is_named(field, changes):
    if "vat_ids" in changes:
        changes = {"tax_registrations": TaxRegistrations(**changes)}
    assert wrong_fields(full(replace(FULL_SITE, **changes))) == [field]


@pytest.mark.parametrize(
    ("field", "currency", "rate"),
    [
        ("currency", "EURO", "1"),
        ("currency", "CZK", "1"),
        ("currency", "EUR", "1"),
        ("rate", "USD", "0"),
        ("rate", "USD", "-1"),
        ("rate", "USD", "NaN"),
        ("rate", "USD", "Infinity"),
        ("rate", "USD", "1e9"),
    ],
)
def test_a_wrong_exchange_rate_is_named(field, currency, rate):
    rates = (ExchangeRate("EUR", Decimal(25)), ExchangeRate(currency, Decimal(rate)))
    site = replace(FULL_SITE, exchange_rates=rates)
    assert wrong_fields(full(site)) == [f"exchange_rates[1].{field}"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("vat_id", {"vat_id": "DE136695977"}),
        ("vat_id", {"vat_id": "136695976"}),
        ("vat_id", {"vat_id": "de136695976"}),
        ("bank_account.iban", {"bank_account": BankAccount("N", "DE89370400440532013001")}),
        ("contact_name", {"contact_name": "a\x00"}),
        ("legal_information", {"legal_information": "\x00"}),
        ("legal_id.value", {"legal_id": Identifier(" ")}),
        ("legal_id.scheme", {"legal_id": Identifier("1", "SIREN")}),
        ("electronic_address.value", {"electronic_address": Identifier("", "EM")}),
        ("electronic_address.scheme", {"electronic_address": Identifier("a@b.example")}),
        ("tax_representative.name", {"name": ""}),
        ("tax_representative.vat_id", {"vat_id": ""}),
        ("tax_representative.vat_id", {"vat_id": "NL004495446B01"}),
        ("tax_representative.address.country",
         {"address": PostalAddress(("A 1",), "1", "B", country="")}),
    ],
)  # fmt: skip
def test_a_wrong_field_of_a_seller_is_named(field, changes):
    if field.startswith("tax_representative"):
        own = FULL_SELLER.tax_representative
        assert own
        changes = {"tax_representative": replace(own, **changes)}
    site = replace(FULL_SITE, formats=(), seller=replace(FULL_SELLER, **changes))
    assert wrong_fields(full(site)) == [f"seller.{field}"]


def test_a_girocode_takes_an_account():
    site = replace(FULL_SITE, formats=(), seller=replace(FULL_SELLER, bank_account=None))
    assert wrong_fields(full(site)) == ["girocode"]
