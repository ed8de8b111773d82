"""The words on the page, as data: one Labels per language. To add a language, add one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.rendering.formats import base_language


@dataclass(frozen=True, slots=True)
class Labels:
    """Every word that the layouts print by themselves."""

    #: Title by UNTDID 1001 type code.
    titles: Mapping[str, str]
    page: str
    # Facts
    invoice_number: str
    issue_date: str
    supply_date: str
    order_number: str
    order_date: str
    customer_id: str
    buyer_vat_id: str
    buyer_reference: str
    due_date: str
    delivery_address: str
    # Lines
    position: str
    item: str
    quantity: str
    unit_price: str
    tax_rate: str
    discount: str
    amount: str
    net: str
    # Totals
    total_net: str
    tax_of: str
    total_tax: str
    total_gross: str
    prepaid: str
    due: str
    nothing_due: str
    settled: str
    credit: str
    # Payment
    payment: str
    payment_method: str
    paid_with: str
    transaction: str
    pay_until: str
    payable: str
    on_receipt: str
    account_holder: str
    bank: str
    payment_reference: str
    paid_in_full: str
    nothing_to_pay: str
    credit_note: str
    methods: Mapping[str, str]
    # Footer
    phone: str
    vat_id: str
    tax_number: str
    represented_by: str

    def method(self, method: str) -> str:
        """Names a payment method; an unknown one names itself, tidied."""
        key = method.strip().casefold().replace("-", "_").replace(" ", "_")
        tidied = method.strip().replace("_", " ")
        return self.methods.get(key, tidied[:1].upper() + tidied[1:])


_GERMAN = Labels(
    titles={"380": "Rechnung", "381": "Rechnungskorrektur"},
    page="Seite {page} von {pages}",
    invoice_number="Rechnungsnummer",
    issue_date="Rechnungsdatum",
    supply_date="Lieferdatum",
    order_number="Bestellnummer",
    order_date="Bestelldatum",
    customer_id="Kundennummer",
    buyer_vat_id="Ihre USt-IdNr.",
    buyer_reference="Ihre Referenz",
    due_date="Fällig am",
    delivery_address="Lieferanschrift",
    position="Pos.",
    item="Artikel",
    quantity="Menge",
    unit_price="Einzelpreis",
    tax_rate="USt.",
    discount="Rabatt",
    amount="Betrag",
    net="netto",
    total_net="Nettobetrag",
    tax_of="{rate} USt. auf {amount}",
    total_tax="Umsatzsteuer gesamt",
    total_gross="Gesamtbetrag",
    prepaid="Bereits bezahlt",
    due="Zu zahlen",
    nothing_due="Kein offener Betrag",
    settled="Bezahlt",
    credit="Guthaben",
    payment="Zahlung",
    payment_method="Zahlungsart",
    paid_with="Bezahlt mit {method}",
    transaction="Transaktion",
    pay_until="Zahlbar bis",
    payable="Zahlbar",
    on_receipt="sofort nach Erhalt",
    account_holder="Kontoinhaber",
    bank="Bank",
    payment_reference="Verwendungszweck",
    paid_in_full="Diese Rechnung ist vollständig bezahlt. Bitte nicht mehr überweisen.",
    nothing_to_pay="Für diese Rechnung ist nichts zu zahlen.",
    credit_note="Für diese Rechnung ist nichts zu zahlen. Es besteht ein Guthaben von {amount}.",
    methods={
        "bank_transfer": "Überweisung",
        "card": "Karte",
        "cash": "Barzahlung",
        "cash_on_delivery": "Nachnahme",
        "credit_card": "Kreditkarte",
        "creditcard": "Kreditkarte",
        "direct_debit": "Lastschrift",
        "gift_card": "Geschenkkarte",
        "invoice": "Rechnung",
        "klarna": "Klarna",
        "paypal": "PayPal",
        "prepayment": "Vorkasse",
        "sepa_direct_debit": "SEPA-Lastschrift",
        "sofort": "Sofortüberweisung",
        "voucher": "Gutschein",
    },
    phone="Tel.",
    vat_id="USt-IdNr.",
    tax_number="Steuernummer",
    represented_by="Vertreten durch",
)

_ENGLISH = Labels(
    titles={"380": "Invoice", "381": "Credit note"},
    page="Page {page} of {pages}",
    invoice_number="Invoice number",
    issue_date="Invoice date",
    supply_date="Date of supply",
    order_number="Order number",
    order_date="Order date",
    customer_id="Customer number",
    buyer_vat_id="Your VAT ID",
    buyer_reference="Your reference",
    due_date="Due date",
    delivery_address="Delivery address",
    position="No.",
    item="Item",
    quantity="Quantity",
    unit_price="Unit price",
    tax_rate="VAT",
    discount="Discount",
    amount="Amount",
    net="net",
    total_net="Net total",
    tax_of="{rate} VAT on {amount}",
    total_tax="Total VAT",
    total_gross="Total",
    prepaid="Already paid",
    due="Amount due",
    nothing_due="Nothing due",
    settled="Paid",
    credit="Credit balance",
    payment="Payment",
    payment_method="Payment method",
    paid_with="Paid with {method}",
    transaction="Transaction",
    pay_until="Payable by",
    payable="Payable",
    on_receipt="on receipt",
    account_holder="Account holder",
    bank="Bank",
    payment_reference="Payment reference",
    paid_in_full="This invoice has been paid in full. No further payment is needed.",
    nothing_to_pay="Nothing is to be paid for this invoice.",
    credit_note="Nothing is to be paid for this invoice. There is a credit balance of {amount}.",
    methods={
        "bank_transfer": "Bank transfer",
        "card": "Card",
        "cash": "Cash",
        "cash_on_delivery": "Cash on delivery",
        "credit_card": "Credit card",
        "creditcard": "Credit card",
        "direct_debit": "Direct debit",
        "gift_card": "Gift card",
        "invoice": "Invoice",
        "klarna": "Klarna",
        "paypal": "PayPal",
        "prepayment": "Prepayment",
        "sepa_direct_debit": "SEPA direct debit",
        "sofort": "Sofort",
        "voucher": "Voucher",
    },
    phone="Phone",
    vat_id="VAT ID",
    tax_number="Tax number",
    represented_by="Represented by",
)

_BY_LANGUAGE = {"de": _GERMAN, "en": _ENGLISH}


def labels_for(tag: str) -> Labels:
    """Gives the labels for a BCP 47 tag: those of its base language, else English."""
    return _BY_LANGUAGE[base_language(tag)]
