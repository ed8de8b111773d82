"""The words the law wants about tax are there, in every language documents are written in."""

from decimal import Decimal
from typing import Any

import pytest

from server.domain import tax_texts
from server.domain.computation import compute_invoice
from server.domain.invoice import InvoiceDraft
from server.domain.party import PostalAddress
from server.domain.settings import SUPPORTED_LANGUAGES, TaxRegistrations
from tests.builders.orders import ADDRESS, Item, OrderForm, make_order_json, to_order
from tests.builders.settings import IDENTIFIERS, make_seller, make_settings, make_site

SMALL = TaxRegistrations(small_business=True)
OSS = TaxRegistrations(one_stop_shop=True)


def compute(rate: int, country: str = "DE", **site: Any) -> InvoiceDraft:
    address = ADDRESS | {"country": country}
    order = make_order_json(
        OrderForm((Item(rate=Decimal(rate)),)), billingAddress=address, shippingAddress=address
    )
    return compute_invoice(to_order(order), make_settings(make_site(**site)), IDENTIFIERS)


@pytest.mark.parametrize(
    "words",
    [
        tax_texts.INTRA_COMMUNITY,
        tax_texts.EXPORT,
        tax_texts.REVERSE_CHARGE,
        tax_texts.MARGIN_SCHEME,
        tax_texts.SMALL_BUSINESS,
        tax_texts.NOT_SUBJECT,
        tax_texts.ONE_STOP_SHOP,
    ],
)
def test_every_reason_is_written_in_every_language(words):
    assert tuple(words) == SUPPORTED_LANGUAGES
    assert len(set(words.values())) == len(words)


@pytest.mark.parametrize(
    ("country", "language", "reason"),
    [
        ("DE", "de", "Steuerbefreit als Kleinunternehmer, § 19 UStG"),
        ("DE", "en-GB", "Small business, exempt from VAT, § 19 UStG"),
        ("AT", "de-AT", "Steuerbefreit als Kleinunternehmer, § 6 Abs. 1 Z 27 UStG"),
        ("FR", "fr", "TVA non applicable, art. 293 B du CGI"),
        ("IE", "en", "Small business, exempt from VAT, art. 284 2006/112/EC"),
    ],
)
def test_a_small_business_names_the_law_of_its_country(country, language, reason):
    home = PostalAddress(("A 1",), "12345", "B", country=country)
    draft = compute(
        0,
        default_language=language,
        tax_registrations=SMALL,
        seller=make_seller(address=home, vat_id=""),
    )
    assert [s.exemption_reason for s in draft.tax_subtotals] == [reason]
    assert reason not in draft.notes, "it is said once"


@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
def test_the_one_stop_shop_is_noted_where_it_charged_the_tax(language):
    (note,) = compute(24, "GR", tax_registrations=OSS, default_language=language).notes
    assert "OSS" in note
    assert "GR" in note
    assert compute(19, "DE", tax_registrations=OSS).notes == ()
    assert compute(24, "GR").notes == ()


def test_a_french_seller_tells_businesses_about_late_payment():
    home = PostalAddress(("A 1",), "75001", "Paris", country="FR")
    site = make_site(seller=make_seller(address=home, vat_id="FR40303265045"))

    def subjects(**customer: str) -> list[str]:
        order = make_order_json(OrderForm((Item(rate=Decimal(20)),)), customer=customer)
        notes = compute_invoice(to_order(order), make_settings(site), IDENTIFIERS).notes
        return [note[:5] for note in notes if note.startswith("#")]

    assert subjects(company="Mouette SARL") == ["#PMT#", "#PMD#", "#AAB#"]
    assert subjects(name="Marie Mouette") == []
    assert compute(19).notes == ()
