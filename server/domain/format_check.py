"""Checks that a site can give its formats what they need, so that no order fails for it later."""

from __future__ import annotations

import re

from server.domain.document import DocumentFormat
from server.domain.format_rules import E_INVOICES, XRECHNUNG, missing_seller_terms
from server.domain.settings import OrderPaths, Site
from server.domain.text_check import Problems

_CAPITAL = re.compile(r"(?<=[a-z])[A-Z]")


def format_problems(site: Site, paths: OrderPaths) -> Problems:
    """Gives every field that one of the site's formats lacks, once, and formats that repeat."""
    named: set[str] = set()
    for index, format in enumerate(site.formats):
        path = f"formats[{index}]"
        if format is DocumentFormat.PDF:
            yield path, "the PDF is always made; it is not named here"
        elif format in site.formats[:index]:
            yield path, f"{format.label} stands twice; formats must differ"
        if format not in E_INVOICES:
            continue
        for term in missing_seller_terms(site.seller, format, "seller"):
            field = _CAPITAL.sub(lambda found: f"_{found[0].lower()}", term.field)
            if field not in named:
                named.add(field)
                yield field, f"{term.problem} ({term.term})"
        for field, problem in _reference_problems(site, format, paths):
            if field not in named:
                named.add(field)
                yield field, problem


def _reference_problems(site: Site, format: DocumentFormat, paths: OrderPaths) -> Problems:
    reference = site.default_buyer_reference or paths.buyer_reference
    if format in XRECHNUNG:
        if not reference:
            problem = (
                f"{format.label} needs the buyer's reference (BT-10): give it here, or say in "
                "order_paths.buyer_reference where orders hold it"
            )
            yield "default_buyer_reference", problem
        if not site.seller.bank_account:
            yield "seller.bank_account", f"{format.label} needs an account to pay to (BT-84)"
    if format is DocumentFormat.PEPPOL_UBL:
        if not (reference or paths.purchase_order):
            problem = (
                f"{format.label} needs the buyer's reference (BT-10) or purchase order (BT-13): "
                "give it here, or say in order_paths where orders hold it"
            )
            yield "default_buyer_reference", problem
        if not paths.buyer_electronic_address:
            problem = (
                f"{format.label} needs order_paths.buyer_electronic_address, which says where "
                "orders hold the buyer's Peppol address (BT-49)"
            )
            yield "formats", problem
