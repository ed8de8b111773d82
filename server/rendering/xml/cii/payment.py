"""Payment means and terms (BG-16, BG-17, BT-9, BT-20) in CII."""

from __future__ import annotations

from server.domain.invoice import Invoice
from server.domain.party import BankAccount
from server.rendering.xml.cii.references import date_time
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


def payment_means(invoice: Invoice, profile: Profile) -> str:
    """Writes how payment is or was made, and for a transfer where to."""
    code = means_code(invoice, profile)
    account = payee_account(invoice) if code in {TRANSFER, SEPA_TRANSFER} else None
    return node(
        3,
        "ram:SpecifiedTradeSettlementPaymentMeans",
        leaf("ram:TypeCode", code),
        leaf("ram:Information", means_name(invoice)),
        *(_account(account) if account else ()),
    )


def payment_terms(invoice: Invoice) -> str:
    """Writes when payment is due, as a date and in words."""
    return node(
        3,
        "ram:SpecifiedTradePaymentTerms",
        leaf("ram:Description", invoice.draft.payment_terms),
        node(4, "ram:DueDateDateTime", date_time("udt", due_date(invoice))),
    )


def _account(account: BankAccount) -> tuple[str, str]:
    return (
        node(
            4,
            "ram:PayeePartyCreditorFinancialAccount",
            leaf("ram:IBANID", account.iban),
            leaf("ram:AccountName", account.holder),
        ),
        node(4, "ram:PayeeSpecifiedCreditorFinancialInstitution", leaf("ram:BICID", account.bic)),
    )
