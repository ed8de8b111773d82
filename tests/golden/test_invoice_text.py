"""What stands on an invoice, read back from the document."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from server.domain.branding import Branding
from server.domain.invoice import AdjustmentKind, Payment, TaxCategory
from server.domain.party import Party, PostalAddress
from server.rendering import render_pdf
from tests.builders.invoices import BUYER, SELLER, SHIPPING, make_invoice, make_line
from tests.golden.reading import text_of, texts_of


def shown(*args, **changes):
    return text_of(render_pdf(make_invoice(*args, **changes)))


def test_a_german_invoice_shows_what_the_law_asks_for():
    text = shown(2, buyer=replace(BUYER, vat_id="DE987654321"))
    for expected in (
        "Rechnung RE-2025-00042",
        "Rechnungsdatum 03.11.2025",
        "Lieferdatum 02.11.2025",
        "Fällig am 17.11.2025",
        "Bestellnummer B-100234",
        "Bestelldatum 30.10.2025",
        "Kundennummer K-20815",
        "Ihre USt-IdNr. DE987654321",
        "Möwe & Söhne OHG Frauke Janßen Am Alten Hafen 7 26506 Norden",
        "USt-IdNr. DE123456789",
        "Steuernummer 46/123/45678",
        "Amtsgericht Hamburg, HRB 123456",
        "Leinenhemd „Amrum“, naturweiß",
        "NL-1042-38",
    ):
        assert expected in text


def test_the_table_and_the_sums_hold_the_invoices_amounts():
    text = shown(2)
    assert "1 Leinenhemd „Amrum“, naturweiß" in text
    assert "2 Stück 49,50 19 % 99,00" in text
    assert "Versand mit DHL 19 % 4,90" in text
    assert "Nettobetrag 373,60 €" in text
    assert "19 % USt. auf 373,60 € 70,98 €" in text
    assert "Gesamtbetrag 444,58 €" in text
    assert "Zu zahlen 444,58 €" in text


def test_each_tax_rate_has_its_base_and_its_tax():
    text = shown(4)
    assert "19 % USt. auf 629,60 € 119,62 €" in text
    assert "7 % USt. auf 8,37 € 0,59 €" in text
    assert "Umsatzsteuer gesamt 120,21 €" in text


@pytest.mark.parametrize("language", ["en", "en-GB", "sv", "ja", "", "xx-nonsense-"])
def test_languages_without_labels_give_an_english_invoice(language):
    text = shown(2, language=language)
    assert "Invoice RE-2025-00042" in text
    assert "Invoice date 3 Nov 2025" in text
    assert "2 pcs 49.50 19% 99.00" in text
    assert "Amount due €444.58" in text


@pytest.mark.parametrize("language", ["de", "de-DE", "de-AT", "DE", "de_CH"])
def test_every_german_speaking_region_gets_german_words(language):
    text = shown(1, language=language)
    assert "Rechnung RE-2025-00042" in text
    assert "Zu zahlen" in text
    assert "Invoice" not in text


def test_a_reason_for_no_tax_stands_with_its_rate():
    reason = "Steuerfreie innergemeinschaftliche Lieferung (§ 4 Nr. 1b UStG)"
    line = make_line(1, tax_rate=Decimal(0), tax_category=TaxCategory.INTRA_COMMUNITY)
    text = shown((line,), adjustments=(), exemption_reason=reason)
    assert f"0 % USt. auf 99,00 € 0,00 € {reason}" in text


def test_bank_details_say_where_and_until_when_to_pay():
    text = shown(1)
    assert "Zahlbar bis 17.11.2025" in text
    assert "IBAN DE89 3704 0044 0532 0130 00" in text
    assert "BIC COBADEFFXXX" in text
    assert "Verwendungszweck RE-2025-00042" in text


def test_what_is_due_at_once_is_due_on_receipt():
    invoice = make_invoice(1)
    text = text_of(render_pdf(replace(invoice, due_date=invoice.issue_date)))
    assert "Zahlbar bis sofort nach Erhalt" not in text
    assert "Zahlbar sofort nach Erhalt" in text


def test_an_invoice_paid_in_full_says_so_and_asks_for_no_money():
    text = shown(2, paid="all")
    assert "Diese Rechnung ist vollständig bezahlt." in text
    assert "Bezahlt mit PayPal 444,58 €" in text
    assert "Bereits bezahlt −444,58 €" in text
    assert "Bezahlt 0,00 €" in text
    for asking in ("Zu zahlen", "Zahlbar", "Verwendungszweck", "Fällig"):
        assert asking not in text


def test_an_invoice_paid_in_part_shows_what_is_left():
    text = shown(2, paid="100.00")
    assert "Bereits bezahlt −100,00 €" in text
    assert "Zu zahlen 344,58 €" in text


def test_an_invoice_over_nothing_asks_for_nothing():
    text = shown((make_line(1, unit_price=Decimal("0.00")),), adjustments=())
    assert "Für diese Rechnung ist nichts zu zahlen." in text
    assert "Kein offener Betrag 0,00 €" in text


def test_more_taken_back_than_sold_is_a_credit_balance():
    text = shown((make_line(1, quantity=Decimal(-2)),), adjustments=())
    assert "−2 Stück 49,50 19 % −99,00" in text
    assert "Guthaben 117,81 €" in text
    assert "Es besteht ein Guthaben von 117,81 €." in text
    assert "Zahlungsart" not in text


def test_a_discount_has_a_column_only_where_there_is_one():
    without = shown(2)
    discounted = shown((make_line(1, discount=Decimal("9.90")), make_line(2)))
    assert "Rabatt" not in without
    assert "2 Stück 49,50 19 % −9,90 89,10" in discounted


def test_an_allowance_is_taken_off_and_a_charge_added():
    allowance = replace(
        SHIPPING, kind=AdjustmentKind.ALLOWANCE, description="Gutschein", net_amount=Decimal(5)
    )
    text = shown(1, adjustments=(SHIPPING, allowance))
    assert "Versand mit DHL 19 % 4,90" in text
    assert "Gutschein 19 % −5,00" in text


def test_a_delivery_address_is_shown_with_its_country_named_in_the_invoices_language():
    delivery = Party("Lager Nord", PostalAddress(("Havnegade 4",), "8000", "Aarhus", "", "DK"))
    german, english = shown(1, delivery=delivery), shown(1, delivery=delivery, language="en")
    assert "Lieferanschrift Lager Nord, Havnegade 4, 8000 Aarhus, Dänemark" in german
    assert "Delivery address Lager Nord, Havnegade 4, 8000 Aarhus, Denmark" in english


def test_the_buyers_country_is_named_only_abroad():
    abroad = replace(BUYER, address=replace(BUYER.address, country="AT"))
    assert "26506 Norden Österreich" in shown(1, buyer=abroad)
    assert "26506 Norden Deutschland" not in shown(1)


def test_a_british_post_code_stands_behind_the_city():
    address = PostalAddress(("12 Dock Street",), "LS10 1JE", "Leeds", "", "GB")
    assert "Leeds LS10 1JE United Kingdom" in shown(
        1, buyer=replace(BUYER, address=address), language="en"
    )


def test_yen_have_no_decimals_and_dinars_three():
    yen = make_line(1, unit_price=Decimal(1200), net_amount=Decimal(2400))
    text = shown((yen,), adjustments=(), currency="JPY", language="en-US")
    assert "2 pcs 1,200 19% 2,400" in text
    assert "Amount due ¥2,856" in text
    dinars = make_line(1, unit_price=Decimal("1.250"), net_amount=Decimal("2.500"))
    text = shown((dinars,), adjustments=(), currency="KWD", language="en")
    assert "2 pcs 1.250 19% 2.500" in text
    assert "Amount due KWD 2.975" in text


def test_parts_that_are_missing_leave_no_label_behind():
    text = shown(
        1,
        order_number="",
        order_date=None,
        supply_date=None,
        buyer=Party("Erika Muster", PostalAddress()),
        seller=replace(SELLER, bank_account=None, tax_number="", phone=""),
        payments=(),
        branding=Branding(),
    )
    assert "Bestellnummer 662f5f3c1d2e4a0001a1b2c3" in text
    for label in ("Bestelldatum", "Lieferdatum", "IBAN", "Steuernummer", "Tel.", "Kundennummer"):
        assert label not in text


def test_an_unknown_payment_method_names_itself():
    payment = Payment("apple_pay", Decimal("444.58"))
    assert "Bezahlt mit Apple pay" in shown(2, paid="all", payments=(payment,))


def test_a_credit_note_is_not_called_an_invoice():
    assert "Rechnungskorrektur RE-2025-00042" in shown(1, type_code="381")


def test_a_management_without_a_word_for_it_gets_one():
    named = shown(1, seller=replace(SELLER, management="Inga Petersen"))
    assert "Vertreten durch: Inga Petersen" in named
    assert "Vertreten durch" not in shown(1)


def test_a_long_name_keeps_every_character():
    words = " ".join(f"Wort{number}" for number in range(250))
    unbroken = "".join(f"Silbe{number}" for number in range(240))
    pages = texts_of(
        render_pdf(make_invoice((make_line(1, name=words), make_line(2, name=unbroken))))
    )
    squeezed = "".join(pages).replace(" ", "")
    assert all(f"Wort{number}" in squeezed for number in range(250))
    # The row's numbers are read behind the first line of its name.
    assert unbroken in squeezed.replace("3Stück89,9019%269,70", "")


def test_control_characters_are_blanks_and_invisible_ones_vanish():
    text = shown((make_line(1, name="Tee zu\x00Hause", item_id="ID\u200b7"),))
    assert "Tee zu Hause" in text
    assert "ID7" in text


def test_greek_cyrillic_and_decomposed_letters_are_kept():
    text = shown((make_line(1, name="Ελιά Чай Cafe\N{COMBINING ACUTE ACCENT} Łódź ẞ №5"),))
    assert "Ελιά Чай Café Łódź ẞ №5" in text


def test_dates_are_those_of_the_invoice_not_of_today():
    invoice = replace(make_invoice(1), issue_date=date(2031, 1, 5))
    assert "Rechnungsdatum 05.01.2031" in text_of(render_pdf(invoice))
