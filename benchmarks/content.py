"""What a rival writes on the page: the same texts that our layout draws, ready as strings.

Each rival calls it for each invoice, inside what is timed, as its users would have to. It formats
in German only and by the shortest way there is, so it costs a rival next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.domain.invoice import Adjustment, Invoice, InvoiceLine
from server.domain.party import PostalAddress

_GERMAN = str.maketrans(",.", ".,")
_GAP = "\N{NO-BREAK SPACE}"

#: The heads of the table's columns.
HEAD = ("Pos.", "Artikel", "Menge", "Einzelpreis", "USt.", "Betrag")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    position: str
    name: str
    item_id: str
    quantity: str
    unit_price: str
    tax_rate: str
    amount: str


@dataclass(frozen=True, slots=True)
class Content:
    """All texts of an invoice."""

    language: str
    title: str
    number: str
    seller: str
    #: The sender in one line, above the address.
    sender: str
    address: tuple[str, ...]
    #: Labels and values.
    facts: Pairs
    rows: tuple[Row, ...]
    #: Labels and amounts; the last is what is to be paid.
    totals: Pairs
    payment: Pairs
    closing: str
    footer: tuple[tuple[str, ...], ...]


def content_of(invoice: Invoice) -> Content:
    """Gives the texts of an invoice that is to be paid by transfer."""
    draft, seller = invoice.draft, invoice.draft.seller
    account = seller.bank_account
    assert account is not None, "the samples are paid by transfer"
    due = _day(invoice.due_date)
    return Content(
        language=draft.language,
        title="Rechnung",
        number=invoice.number,
        seller=seller.name,
        sender=" · ".join((seller.name, *_lines(seller.address))),
        address=(draft.buyer.name, draft.buyer.contact_name, *_lines(draft.buyer.address)),
        facts=(
            ("Rechnungsnummer", invoice.number),
            ("Rechnungsdatum", _day(invoice.issue_date)),
            ("Lieferdatum", _day(draft.supply_date)),
            ("Fällig am", due),
            ("Bestellnummer", draft.order_number),
            ("Bestelldatum", _day(draft.order_date)),
            ("Kundennummer", draft.buyer.customer_id),
        ),
        rows=(*map(_row, draft.lines), *map(_adjustment, draft.adjustments)),
        totals=_totals(invoice),
        payment=(
            ("Zahlungsart", "Rechnung"),
            ("Zahlbar bis", due),
            ("Kontoinhaber", account.holder),
            ("IBAN", account.iban),
            ("BIC", account.bic),
            ("Bank", account.bank_name),
            ("Verwendungszweck", invoice.number),
        ),
        closing=draft.branding.closing_text,
        footer=(
            (seller.name, *_lines(seller.address), "Deutschland"),
            (f"Tel. {seller.phone}", seller.email, seller.website),
            (
                f"USt-IdNr. {seller.vat_id}",
                f"Steuernummer {seller.tax_number}",
                seller.registration,
                seller.management,
            ),
            (account.bank_name, f"IBAN {account.iban}", f"BIC {account.bic}"),
        ),
    )


def euros(value: Decimal) -> str:
    """Writes an amount with its currency."""
    return f"{_number(value)}{_GAP}€"


def _row(line: InvoiceLine) -> Row:
    return Row(
        str(line.position),
        line.name,
        line.item_id,
        f"{line.quantity}{_GAP}Stück",
        _number(line.unit_price),
        f"{line.tax_rate}{_GAP}%",
        _number(line.net_amount),
    )


def _adjustment(adjustment: Adjustment) -> Row:
    rate, amount = f"{adjustment.tax_rate}{_GAP}%", _number(adjustment.net_amount)
    return Row("", adjustment.description, "", "", "", rate, amount)


def _totals(invoice: Invoice) -> Pairs:
    totals = invoice.draft.totals
    taxes = (
        (
            f"{tax.tax_rate}{_GAP}% USt. auf {euros(tax.taxable_amount)}",
            euros(tax.tax_amount),
        )
        for tax in invoice.draft.tax_subtotals
    )
    return (
        ("Nettobetrag", euros(totals.tax_exclusive)),
        *taxes,
        ("Umsatzsteuer gesamt", euros(totals.tax)),
        ("Gesamtbetrag", euros(totals.tax_inclusive)),
        ("Zu zahlen", euros(totals.due)),
    )


def _lines(address: PostalAddress) -> tuple[str, ...]:
    return (*address.lines, f"{address.post_code} {address.city}")


def _number(value: Decimal) -> str:
    return f"{value:,.2f}".translate(_GERMAN)


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
