"""A shop that has sold one order and cancels its invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from server.domain.credit import Credit
from server.domain.invoice_record import InvoiceRecord
from server.domain.numbering import NumberSequence
from server.domain.tenant import Tenant
from tests.builders.orders import Item, OrderForm
from tests.builders.settings import SEQUENCE, make_settings, make_site

ACME = Tenant("acme")
CREDITS = NumberSequence(name="credits", pre_text="GS-__year__-")
SITE = make_site(credit_note_sequence="credits")
SETTINGS = make_settings(SITE, number_sequences=(SEQUENCE, CREDITS))
FORM = OrderForm(
    items=(
        Item(price=Decimal("10.00"), quantity=Decimal(3)),
        Item(price=Decimal("5.35"), rate=Decimal(7)),
    ),
    shipping=Item(price=Decimal("4.90")),
)
#: 3 x 10.00 + 5.35 + 4.90.
TOTAL = Decimal("40.25")


def sell_one(shop: Any) -> str:
    """Invoices an order of two rates and shipping, and gives the invoice's number."""
    shop.save(SETTINGS)
    shop.sell("A", form=FORM)
    shop.start("A")
    shop.work()
    (number,) = shop.numbers()
    return str(number)


def cancel(shop: Any, number: str, request_id: str = "", **what: Any) -> InvoiceRecord:
    """Credits what is named, or the whole invoice."""
    record: InvoiceRecord = shop.cancel_invoice(ACME, number, Credit(**what), request_id)
    return record


def total(record: InvoiceRecord) -> Decimal:
    """Gives what an invoice or credit note comes to, with tax."""
    return record.invoice.draft.totals.tax_inclusive
