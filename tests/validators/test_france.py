"""Invoices between French companies obey the rules of the French reform, too (Factur-X)."""

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from server.domain.document import DocumentFormat
from server.domain.mentions import legal_mentions
from server.domain.party import BankAccount, Identifier, Party, PostalAddress, Seller
from server.rendering.xml import render_xml
from tests.builders.invoices import make_invoice, make_line
from tests.validators.scenarios import credit

SELLER = Seller(
    name="Boutique du Port SAS",
    address=PostalAddress(("1 quai de la Loire",), "44000", "Nantes", "", "FR"),
    vat_id="FR83404833048",
    legal_id=Identifier("404833048", "0002"),
    legal_information="SAS au capital de 10 000 EUR, RCS Nantes 404 833 048",
    electronic_address=Identifier("404833048", "0225"),
    bank_account=BankAccount("Boutique du Port SAS", "FR7630006000011234567890189"),
)
BUYER = Party(
    name="Maison Lemaire SARL",
    address=PostalAddress(("2 rue Garibaldi",), "69006", "Lyon", "", "FR"),
    vat_id="FR03552081317",
    legal_id=Identifier("552081317", "0002"),
    electronic_address=Identifier("552081317", "0225"),
)
NOTES = legal_mentions("FR", "FR", to_business=True)


def french_invoice(**changes):
    values: dict[str, Any] = {"seller": SELLER, "buyer": BUYER, "notes": NOTES, "adjustments": ()}
    lines = (
        make_line(1, tax_rate=Decimal(20)),
        make_line(2, tax_rate=Decimal("5.5")),
        make_line(3, tax_rate=Decimal("2.1")),
    )
    return make_invoice(lines, **values | changes)


def process(invoice):
    root = etree.fromstring(render_xml(invoice, DocumentFormat.FACTUR_X))
    return root[0][0][0].text


@pytest.mark.parametrize("paid", ["0", "all"])
def test_an_invoice_of_goods_is_valid(validator, paid):
    invoice = french_invoice(paid=paid)
    assert validator.failures(invoice, DocumentFormat.FACTUR_X) == []
    assert process(invoice) == {"0": "B1", "all": "B2"}[paid]


def test_a_credit_note_is_valid(validator):
    assert validator.failures(credit(french_invoice().draft), DocumentFormat.FACTUR_X) == []


@pytest.mark.parametrize("subject", ["PMT", "PMD", "AAB"])
def test_an_invoice_without_a_mention_is_refused(validator, subject):
    notes = tuple(note for note in NOTES if subject not in note)
    failures = validator.failures(french_invoice(notes=notes), DocumentFormat.FACTUR_X)
    assert [failure.rule for failure in failures] == [f"BR-FR-05_BT-22_{subject}"]
