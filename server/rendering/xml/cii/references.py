"""What the invoice refers to: orders, the delivery, the invoice that is corrected; in CII."""

from __future__ import annotations

from datetime import date

from server.domain.invoice import InvoiceDraft
from server.rendering.xml.cii.parties import address
from server.rendering.xml.nodes import leaf, node, required
from server.rendering.xml.terms import deliver_to


def date_time(prefix: str, day: date | None) -> str:
    """Writes a date; format 102 (UNTDID 2379) is YYYYMMDD."""
    return (
        leaf(f"{prefix}:DateTimeString", day.isoformat().replace("-", ""), format="102")
        if day
        else ""
    )


def order_reference(name: str, number: str) -> str:
    """Writes the sales order (BT-14) or the purchase order (BT-13)."""
    return node(3, name, leaf("ram:IssuerAssignedID", number))


def delivery(draft: InvoiceDraft) -> str:
    """Writes where to and when it was delivered (BG-13, BT-72)."""
    party = deliver_to(draft)
    return required(
        2,
        "ram:ApplicableHeaderTradeDelivery",
        node(3, "ram:ShipToTradeParty", leaf("ram:Name", party.name), address(party.address))
        if party
        else "",
        node(
            3,
            "ram:ActualDeliverySupplyChainEvent",
            node(4, "ram:OccurrenceDateTime", date_time("udt", draft.supply_date)),
        ),
    )


def preceding_invoice(draft: InvoiceDraft) -> str:
    """Writes the invoice that a credit note corrects (BG-3)."""
    preceding = draft.preceding
    if preceding is None:
        return ""
    return node(
        3,
        "ram:InvoiceReferencedDocument",
        leaf("ram:IssuerAssignedID", preceding.number),
        node(4, "ram:FormattedIssueDateTime", date_time("qdt", preceding.issue_date)),
    )
