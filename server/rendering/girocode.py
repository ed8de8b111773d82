"""The GiroCode: a QR code that fills in a transfer in a banking app (EPC069-12, version 002)."""

from __future__ import annotations

from decimal import Decimal

from server.domain.invoice import CREDIT_NOTE, Invoice
from server.rendering.qr_code import MOST_BYTES, qr_code

_VERSION, _UTF_8, _TRANSFER = "002", "1", "SCT"
_LONGEST_NAME = 70  # characters
_LONGEST_REMITTANCE = 140  # bytes, so that the longest leaves room for a name
_LARGEST_AMOUNT = Decimal("999999999.99")


def girocode_text(invoice: Invoice) -> str:
    """Gives what the code says; empty where there is nothing to transfer or no way to."""
    draft, account = invoice.draft, invoice.draft.seller.bank_account
    due = draft.totals.due
    asked = draft.girocode and draft.currency == "EUR" and 0 < due <= _LARGEST_AMOUNT
    if not asked or account is None or not account.iban or invoice.type_code == CREDIT_NOTE:
        return ""
    before = f"BCD\n{_VERSION}\n{_UTF_8}\n{_TRANSFER}\n{_line(account.bic)}\n"
    iban = "".join(account.iban.split()).upper()
    remittance = _cut(_line(invoice.number), _LONGEST_REMITTANCE)
    after = f"\n{iban}\nEUR{due:.2f}\n\n\n{remittance}"
    room = MOST_BYTES - len(before.encode(errors="replace")) - len(after.encode())
    name = _cut(_line(account.holder or draft.seller.name)[:_LONGEST_NAME], room)
    return f"{before}{name}{after}" if name else ""


def unpayable_text(text: str, word: str) -> str:
    """Gives a text whose code is as large as that of a GiroCode's text, but says only the word."""
    return word + " " * (len(text.encode(errors="replace")) - len(word.encode()))


def dark_runs(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Gives the side of a text's QR code in modules, and its dark runs as column, row, length.

    Raises ValueError for a text of more than MOST_BYTES bytes.
    """
    rows = qr_code(text.encode(errors="replace"))
    runs = []
    for row, modules in enumerate(rows):
        column = 0
        for run in modules.split("0"):
            if run:
                runs.append((column, row, len(run)))
            column += len(run) + 1
    return len(rows), runs


def _line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, most: int) -> str:
    """Gives as many characters as fit into so many bytes."""
    return text.encode(errors="replace")[: max(0, most)].decode(errors="ignore")
