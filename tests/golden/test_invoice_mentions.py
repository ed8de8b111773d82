"""What the law and the parties want said on an invoice, and credit notes, read back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from server.domain.invoice import PrecedingInvoice
from server.domain.party import Identifier
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering import render_pdf
from tests.builders.invoices import BUYER, SELLER, make_invoice, make_line
from tests.golden.reading import text_of

TITLES = {
    "de": ("Rechnung", "Rechnungskorrektur", "Zu erstatten"),
    "en": ("Invoice", "Credit note", "To be refunded"),
    "fr": ("Facture", "Avoir", "À rembourser"),
    "it": ("Fattura", "Nota di credito", "Da rimborsare"),
    "es": ("Factura", "Factura rectificativa", "A reembolsar"),
    "nl": ("Factuur", "Creditnota", "Terug te betalen"),
    "pl": ("Faktura", "Faktura korygująca", "Do zwrotu"),
    "pt": ("Fatura", "Nota de crédito", "A reembolsar"),
    "cs": ("Faktura", "Opravný daňový doklad", "K vrácení"),
}


def shown(*args, **changes):
    return text_of(render_pdf(make_invoice(*args, **changes)))


@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
def test_invoices_and_credit_notes_are_called_what_the_language_calls_them(language):
    invoice, credit_note, refund = TITLES[language]
    assert f"{invoice} RE-2025-00042" in shown(1, language=language)
    preceding = PrecedingInvoice("RE-2025-00007", date(2025, 10, 1))
    text = shown(1, language=language, type_code="381", preceding=preceding)
    assert f"{credit_note} RE-2025-00042" in text
    assert "RE-2025-00007" in text
    assert refund in text


def test_a_credit_note_says_what_it_corrects_and_asks_for_no_money():
    preceding = PrecedingInvoice("RE-7", date(2025, 10, 1))
    text = shown(2, type_code="381", preceding=preceding, notes=("Ware zurück",))
    for expected in (
        "Korrigiert Rechnung RE-7 vom 01.10.2025",
        "Zu erstatten 444,58 €",
        "Wir erstatten Ihnen 444,58 €.",
        "Ware zurück",
    ):
        assert expected in text
    for asking in ("Zu zahlen", "Zahlbar", "Verwendungszweck", "Fällig", "Zahlungsart"):
        assert asking not in text


def test_notes_terms_and_legal_facts_are_shown_without_their_codes():
    seller = replace(
        SELLER,
        legal_id=Identifier("303265045", "0002"),
        legal_information="SAS au capital de 10 000 €",
        contact_name="Ina Kurz",
    )
    buyer = replace(BUYER, legal_id=Identifier("123456789", "0002"))
    notes = ("#PMT#Indemnité : 40 EUR.",)
    changes = {"seller": seller, "buyer": buyer, "notes": notes, "purchase_order": "PO-77"}
    text = shown(1, language="fr", payment_terms="Paiement à 30 jours.", **changes)
    for expected in (
        "SIREN 303265045",
        "SIREN 123456789",
        "SAS au capital de 10 000 €",
        "Contact: Ina Kurz",
        "Indemnité : 40 EUR.",
        "Paiement à 30 jours.",
        "Votre bon de commande PO-77",
    ):
        assert expected in text
    assert "#" not in text


def test_what_is_known_about_an_item_stands_below_its_name():
    known = {"description": "Aus Leinen", "buyer_item_id": "M-9", "gtin": "4006381333931"}
    line = make_line(1, attributes=(("Farbe", "natur"),), discount_reason="Treue", **known)
    text = shown((line,))
    assert "NL-1042-38 · M-9 · GTIN 4006381333931 Aus Leinen Farbe: natur Treue" in text


def test_rounding_and_tax_in_the_tax_currency_are_shown():
    invoice = make_invoice(1, tax_currency="PLN")
    totals = replace(
        invoice.draft.totals, rounding=Decimal("0.02"), tax_in_tax_currency=Decimal("73.15")
    )
    text = text_of(render_pdf(replace(invoice, draft=replace(invoice.draft, totals=totals))))
    assert "Umsatzsteuer in PLN 73,15 PLN" in text
    assert "Rundung 0,02 €" in text
