"""What the invoice refers to: orders, the delivery, the invoice that is corrected; in UBL."""

from __future__ import annotations

from datetime import date

from server.domain.invoice import InvoiceDraft
from server.rendering.xml.nodes import leaf, node
from server.rendering.xml.terms import deliver_to
from server.rendering.xml.ubl.parties import delivery_location

#: What UBL says of a purchase order where only the sales order has a number.
_NO_PURCHASE_ORDER = "NA"


def day(name: str, given: date | None) -> str:
    """Writes a date."""
    return leaf(name, given.isoformat()) if given else ""


def order_reference(draft: InvoiceDraft) -> str:
    """Writes the purchase order (BT-13) and the sales order (BT-14)."""
    if not (draft.purchase_order or draft.order_number):
        return ""
    return node(
        1,
        "cac:OrderReference",
        leaf("cbc:ID", draft.purchase_order or _NO_PURCHASE_ORDER),
        leaf("cbc:SalesOrderID", draft.order_number),
    )


def preceding_invoice(draft: InvoiceDraft) -> str:
    """Writes the invoice that a credit note corrects (BG-3)."""
    preceding = draft.preceding
    if preceding is None:
        return ""
    return node(
        1,
        "cac:BillingReference",
        node(
            2,
            "cac:InvoiceDocumentReference",
            leaf("cbc:ID", preceding.number),
            day("cbc:IssueDate", preceding.issue_date),
        ),
    )


def delivery(draft: InvoiceDraft) -> str:
    """Writes where to and when it was delivered (BG-13, BT-72)."""
    party = deliver_to(draft)
    return node(
        1,
        "cac:Delivery",
        day("cbc:ActualDeliveryDate", draft.supply_date),
        delivery_location(party.address) if party else "",
        node(2, "cac:DeliveryParty", node(3, "cac:PartyName", leaf("cbc:Name", party.name)))
        if party
        else "",
    )
