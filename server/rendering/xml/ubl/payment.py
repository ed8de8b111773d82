"""Payment means and terms (BG-16, BG-17, BT-9, BT-20) in UBL."""

from __future__ import annotations

from server.domain.invoice import CREDIT_NOTE, Invoice, InvoiceDraft
from server.domain.party import BankAccount
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.profiles import Profile
from server.rendering.xml.terms import (
    SEPA_TRANSFER,
    TRANSFER,
    due_date,
    means_code,
    means_name,
    payee_account,
)
from server.rendering.xml.ubl.references import day


def payment_means(invoice: Invoice, profile: Profile) -> Element | None:
    """Makes how payment is or was made, and for a transfer where to."""
    code = means_code(invoice, profile)
    account = payee_account(invoice) if code in {TRANSFER, SEPA_TRANSFER} else None
    due = due_date(invoice) if invoice.type_code == CREDIT_NOTE else None
    return node(
        "cac:PaymentMeans",
        node("cbc:PaymentMeansCode", code, name=means_name(invoice)),
        day("cbc:PaymentDueDate", due),
        node("cbc:PaymentID", invoice.number),
        _account(account) if account else None,
    )


def payment_terms(draft: InvoiceDraft) -> Element | None:
    """Makes the terms of payment in words (BT-20)."""
    return node("cac:PaymentTerms", node("cbc:Note", draft.payment_terms))


def _account(account: BankAccount) -> Element | None:
    return node(
        "cac:PayeeFinancialAccount",
        node("cbc:ID", account.iban),
        node("cbc:Name", account.holder),
        node("cac:FinancialInstitutionBranch", node("cbc:ID", account.bic)),
    )
