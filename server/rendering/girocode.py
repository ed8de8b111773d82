"""The GiroCode: a QR code that fills in a transfer in a banking app (EPC069-12, version 002)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel

from server.domain.invoice import CREDIT_NOTE, Invoice

_VERSION, _UTF_8, _TRANSFER = "002", "1", "SCT"
_LONGEST_NAME = 70
_LONGEST_REMITTANCE = 140
_LARGEST_AMOUNT = Decimal("999999999.99")
# Any mask can be read. The library takes 20 ms to weigh all eight, ten times the whole page;
# this one spreads the payload of a transfer well.
_MASK = 2


def girocode_text(invoice: Invoice) -> str:
    """Gives what the code says; empty where there is nothing to transfer or no way to."""
    draft, account = invoice.draft, invoice.draft.seller.bank_account
    due = draft.totals.due
    asked = draft.girocode and draft.currency == "EUR" and 0 < due <= _LARGEST_AMOUNT
    if not asked or account is None or not account.iban or invoice.type_code == CREDIT_NOTE:
        return ""
    name = _line(account.holder or draft.seller.name)[:_LONGEST_NAME]
    remittance = _line(invoice.number)[:_LONGEST_REMITTANCE]
    fields = ("BCD", _VERSION, _UTF_8, _TRANSFER, _line(account.bic), name)
    iban = "".join(account.iban.split()).upper()
    return "\n".join((*fields, iban, f"EUR{due:.2f}", "", "", remittance))


def dark_runs(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Gives the side of a text's QR code in modules, and its dark runs as column, row, length."""
    code: Any = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QR8bitByte(text.encode("utf-8", "replace")))
    code.version = code.calculate_version()
    code.makeImpl(test=False, maskPattern=_MASK)
    runs = []
    for row, modules in enumerate(code.modules):
        start = 0
        for column, dark in enumerate([*modules, False]):
            if not dark:
                if column > start:
                    runs.append((start, row, column - start))
                start = column + 1
    return len(code.modules), runs


def _line(text: str) -> str:
    return " ".join(text.split())
