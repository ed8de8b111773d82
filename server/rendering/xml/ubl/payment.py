"""Payment means and terms (BG-16, BG-17, BT-9, BT-20) in UBL."""

from __future__ import annotations

from server.domain.invoice import CREDIT_NOTE, Invoice, InvoiceDraft
from server.domain.party import BankAccount
from server.rendering.xml.nodes import leaf, node
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


def payment_means(invoice: Invoice, profile: Profile) -> str:
    """Writes how payment is or was made, and for a transfer where to."""
    code = means_code(invoice, profile)
    account = payee_account(invoice) if code in {TRANSFER, SEPA_TRANSFER} else None
    due = due_date(invoice) if invoice.type_code == CREDIT_NOTE else None
    return node(
        1,
        "cac:PaymentMeans",
        leaf("cbc:PaymentMeansCode", code, name=means_name(invoice)),
        day("cbc:PaymentDueDate", due),
        leaf("cbc:PaymentID", invoice.number),
        _account(account) if account else "",
    )


def payment_terms(draft: InvoiceDraft) -> str:
    """Writes the terms of payment in words (BT-20)."""
    return node(1, "cac:PaymentTerms", leaf("cbc:Note", draft.payment_terms))


def _account(account: BankAccount) -> str:
    return node(
        2,
        "cac:PayeeFinancialAccount",
        leaf("cbc:ID", account.iban),
        leaf("cbc:Name", account.holder),
        node(3, "cac:FinancialInstitutionBranch", leaf("cbc:ID", account.bic)),
    )
