"""Invoices to validate: the example orders, in each language, with all that the formats need."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from google.protobuf import json_format
from invoicejobs.v1.tenant_settings_pb2 import Settings

from server.domain.computation import compute_invoice, issue_invoice
from server.domain.credit import Credit, compute_credit, issue_credit_note
from server.domain.format_rules import EMAIL
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.party import Identifier, Party, Seller
from server.domain.settings import TenantSettings
from server.identifiers.check_digits import CheckDigits
from server.rpc.read_settings import ALL_FIELDS, read_settings
from server.sources.read_order import read_order

EXAMPLES = Path(__file__).parents[2] / "examples"
ISSUED = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
EXAMPLE_SETTINGS = read_settings(
    json_format.Parse((EXAMPLES / "settings.json").read_text(encoding="utf-8"), Settings()),
    ALL_FIELDS,
    TenantSettings(sites=(), number_sequences=()),
    lambda settings: None,
)


def example_drafts(language: str = "") -> dict[str, InvoiceDraft]:
    """Computes the example orders that can be invoiced, by the names of their files.

    language is the buyers', instead of their own.
    """
    listed = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))
    expected = {entry["file"]: entry for entry in listed}
    drafts = {}
    for path in sorted((EXAMPLES / "orders").glob("*.json")):
        order = read_order(path.read_bytes(), EXAMPLE_SETTINGS.order_paths)
        if language:
            order = replace(order, buyer=replace(order.buyer, language=language))
        if "failure" not in expected[path.name]:
            drafts[path.stem] = compute_invoice(order, EXAMPLE_SETTINGS, CheckDigits())
    return drafts


def reachable_seller(seller: Seller) -> Seller:
    """Adds to a seller what XRechnung and Peppol ask for: contact and electronic address."""
    return replace(
        seller,
        contact_name=seller.contact_name or "Buchhaltung",
        phone=seller.phone or "+81 3 5550 0140",
        electronic_address=seller.electronic_address or Identifier("4012345000009", "0088"),
        legal_id=seller.legal_id or Identifier("HRB 99417"),
    )


def reachable_buyer(buyer: Party) -> Party:
    """Adds to a buyer what XRechnung and Peppol ask for."""
    given = buyer.electronic_address
    # An e-mail address is none for Peppol.
    has_address = given is not None and given.scheme != EMAIL
    return replace(
        buyer, electronic_address=given if has_address else Identifier("4098765000009", "0088")
    )


def complete(draft: InvoiceDraft) -> InvoiceDraft:
    """Adds to a draft what XRechnung and Peppol ask for and an order of a shop rarely has."""
    return replace(
        draft,
        seller=reachable_seller(draft.seller),
        buyer=reachable_buyer(draft.buyer),
        buyer_reference=draft.buyer_reference or "04011000-12345-34",
    )


def issue(draft: InvoiceDraft, number: str = "RE-2026-00042") -> Invoice:
    """Gives a draft its number and dates."""
    return issue_invoice(draft, number, ISSUED, ISSUED)


def credit(draft: InvoiceDraft, wanted: Credit | None = None) -> Invoice:
    """Makes the credit note (381) of an issued draft, of all of it unless less is wanted."""
    computed = compute_credit(issue(draft), (), wanted or Credit())
    return issue_credit_note(computed, "GS-2026-00007", ISSUED, ISSUED)
