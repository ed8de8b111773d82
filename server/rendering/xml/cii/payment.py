"""Payment means and terms (BG-16, BG-17, BT-9, BT-20) in CII."""

from __future__ import annotations

from server.domain.invoice import Invoice
from server.domain.party import BankAccount
from server.rendering.xml.cii.references import date_time
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


def payment_means(invoice: Invoice, profile: Profile) -> Element | None:
    """Makes how payment is or was made, and for a transfer where to."""
    code = means_code(invoice, profile)
    account = payee_account(invoice) if code in {TRANSFER, SEPA_TRANSFER} else None
    return node(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        node("ram:TypeCode", code),
        node("ram:Information", means_name(invoice)),
        *(_account(account) if account else ()),
    )


def payment_terms(invoice: Invoice) -> Element | None:
    """Makes when payment is due, as a date and in words."""
    return node(
        "ram:SpecifiedTradePaymentTerms",
        node("ram:Description", invoice.draft.payment_terms),
        node("ram:DueDateDateTime", date_time("udt", due_date(invoice))),
    )


def _account(account: BankAccount) -> tuple[Element | None, Element | None]:
    return (
        node(
            "ram:PayeePartyCreditorFinancialAccount",
            node("ram:IBANID", account.iban),
            node("ram:AccountName", account.holder),
        ),
        node("ram:PayeeSpecifiedCreditorFinancialInstitution", node("ram:BICID", account.bic)),
    )
