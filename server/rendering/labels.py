"""The words on the page: one Labels per language, read from the folder words.

To add a language, add its file there and its name to SUPPORTED_LANGUAGES.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.rendering.formats import base_language

_FOLDER = Path(__file__).with_name("words")


@dataclass(frozen=True, slots=True)
class Labels:
    """Every word that the layouts print by themselves."""

    #: Title by UNTDID 1001 type code.
    titles: Mapping[str, str]
    page: str
    #: The watermark of a page that is no invoice yet.
    preview: str
    seller: str
    buyer: str
    # Facts
    invoice_number: str
    credit_number: str
    corrects: str
    issue_date: str
    supply_date: str
    order_number: str
    order_date: str
    customer_id: str
    buyer_vat_id: str
    buyer_legal_id: str
    buyer_reference: str
    purchase_order: str
    due_date: str
    delivery_address: str
    # Lines
    position: str
    item: str
    quantity: str
    unit_price: str
    tax_rate: str
    discount: str
    amount: str
    net: str
    # Totals
    total_net: str
    tax_of: str
    total_tax: str
    total_gross: str
    prepaid: str
    due: str
    nothing_due: str
    settled: str
    credit: str
    refund: str
    rounding: str
    tax_in_currency: str
    # Payment
    payment: str
    payment_method: str
    paid_with: str
    transaction: str
    pay_until: str
    payable: str
    on_receipt: str
    account_holder: str
    bank: str
    payment_reference: str
    paid_in_full: str
    nothing_to_pay: str
    credit_note: str
    refund_statement: str
    credit_settled: str
    girocode: str
    methods: Mapping[str, str]
    # Footer
    phone: str
    vat_id: str
    tax_number: str
    represented_by: str
    company_id: str
    contact: str
    tax_representative: str
    #: Names of units by UN/ECE code: for one, two to four, five and more, and fractions; where
    #: fewer are given, the last one stands for the rest.
    units: Mapping[str, Sequence[str]]

    def method(self, method: str) -> str:
        """Names a payment method; an unknown one names itself, tidied."""
        key = method.strip().casefold().replace("-", "_").replace(" ", "_")
        tidied = method.strip().replace("_", " ")
        return self.methods.get(key, tidied[:1].upper() + tidied[1:])


def labels_for(tag: str) -> Labels:
    """Gives the labels for a BCP 47 tag: those of its base language, else English."""
    return _labels_of(base_language(tag))


@cache
def _labels_of(language: str) -> Labels:
    words = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return Labels(**words)
