"""What the invoice refers to: orders, the delivery, the invoice that is corrected; in UBL."""

from __future__ import annotations

from datetime import date

from server.domain.invoice import InvoiceDraft
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.terms import deliver_to
from server.rendering.xml.ubl.parties import delivery_location

#: What UBL says of a purchase order where only the sales order has a number.
_NO_PURCHASE_ORDER = "NA"


def day(name: str, given: date | None) -> Element | None:
    """Makes a date."""
    return node(name, f"{given:%Y-%m-%d}") if given else None


def order_reference(draft: InvoiceDraft) -> Element | None:
    """Makes the purchase order (BT-13) and the sales order (BT-14)."""
    if not (draft.purchase_order or draft.order_number):
        return None
    return node(
        "cac:OrderReference",
        node("cbc:ID", draft.purchase_order or _NO_PURCHASE_ORDER),
        node("cbc:SalesOrderID", draft.order_number),
    )


def preceding_invoice(draft: InvoiceDraft) -> Element | None:
    """Makes the invoice that a credit note corrects (BG-3)."""
    preceding = draft.preceding
    if preceding is None:
        return None
    return node(
        "cac:BillingReference",
        node(
            "cac:InvoiceDocumentReference",
            node("cbc:ID", preceding.number),
            day("cbc:IssueDate", preceding.issue_date),
        ),
    )


def delivery(draft: InvoiceDraft) -> Element | None:
    """Makes where to and when it was delivered (BG-13, BT-72)."""
    party = deliver_to(draft)
    return node(
        "cac:Delivery",
        day("cbc:ActualDeliveryDate", draft.supply_date),
        delivery_location(party.address) if party else None,
        node("cac:DeliveryParty", node("cac:PartyName", node("cbc:Name", party.name)))
        if party
        else None,
    )
