"""What the invoice refers to: orders, the delivery, the invoice that is corrected; in CII."""

from __future__ import annotations

from datetime import date

from server.domain.invoice import InvoiceDraft
from server.rendering.xml.cii.parties import address
from server.rendering.xml.nodes import Element, node, required
from server.rendering.xml.terms import deliver_to


def date_time(prefix: str, day: date | None) -> Element | None:
    """Makes a date; format 102 (UNTDID 2379) is YYYYMMDD."""
    return node(f"{prefix}:DateTimeString", f"{day:%Y%m%d}", format="102") if day else None


def order_reference(name: str, number: str) -> Element | None:
    """Makes the sales order (BT-14) or the purchase order (BT-13)."""
    return node(name, node("ram:IssuerAssignedID", number))


def delivery(draft: InvoiceDraft) -> Element:
    """Makes where to and when it was delivered (BG-13, BT-72)."""
    party = deliver_to(draft)
    return required(
        "ram:ApplicableHeaderTradeDelivery",
        node("ram:ShipToTradeParty", node("ram:Name", party.name), address(party.address))
        if party
        else None,
        node(
            "ram:ActualDeliverySupplyChainEvent",
            node("ram:OccurrenceDateTime", date_time("udt", draft.supply_date)),
        ),
    )


def preceding_invoice(draft: InvoiceDraft) -> Element | None:
    """Makes the invoice that a credit note corrects (BG-3)."""
    preceding = draft.preceding
    if preceding is None:
        return None
    return node(
        "ram:InvoiceReferencedDocument",
        node("ram:IssuerAssignedID", preceding.number),
        node("ram:FormattedIssueDateTime", date_time("qdt", preceding.issue_date)),
    )
