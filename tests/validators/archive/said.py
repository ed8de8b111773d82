"""The page says what the invoice says: parties, dates, lines and amounts.

Words are looked for, not sentences: a name may be broken into lines with its row's numbers
behind the first one. What stands where is for the tests in tests/golden.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from server.domain.invoice import Invoice
from server.domain.money import currency_decimals
from server.domain.party import PostalAddress
from server.rendering.formats import Formats, formats_for
from tests.validators.archive.text import squeezed

#: A word of so many characters may be broken, and one of a script without blanks.
_LONG = 20
#: The fewest that stand together then.
_PIECE = 4
#: Symbols such as emoji are told in other ways; what is private or unassigned is not told at all.
_REPLACED = {"So", "Sk", "Cs", "Co", "Cn", "Cc", "Cf"}

#: What no font has, in the tests.
_UNDRAWN = ("CUNEIFORM", "EGYPTIAN", "CYRILLIC LETTER MULTIOCULAR")


def said_problems(drawn: str, invoice: Invoice) -> Iterator[str]:
    """Gives what the invoice holds and its pages do not show."""
    drawn = squeezed(drawn)
    for text in (*_names(invoice), *_numbers(invoice, formats_for(invoice.draft.language))):
        for word in text.split():
            if not _is_said(word, drawn):
                yield f"said: {word!r} of {text!r} is on no page"


def _names(invoice: Invoice) -> Iterator[str]:
    draft = invoice.draft
    yield invoice.number
    yield draft.seller.name
    yield draft.buyer.name
    yield draft.seller.vat_id
    for address in (draft.seller.address, draft.buyer.address):
        yield from _address(address)
    for line in draft.lines:
        yield line.name
        yield line.item_id
    yield from (adjustment.description for adjustment in draft.adjustments)


def _address(address: PostalAddress) -> Iterator[str]:
    yield from address.lines
    yield address.post_code
    yield address.city


def _numbers(invoice: Invoice, formats: Formats) -> Iterator[str]:
    draft, totals = invoice.draft, invoice.draft.totals
    decimals = currency_decimals(draft.currency)

    def amount(value: Decimal) -> str:
        return formats.number(abs(value), decimals)

    yield formats.day(invoice.issue_date)
    yield from (amount(line.net_amount) for line in draft.lines)
    yield from (amount(adjustment.net_amount) for adjustment in draft.adjustments)
    yield from (amount(subtotal.tax_amount) for subtotal in draft.tax_subtotals)
    yield from map(amount, (totals.tax_exclusive, totals.tax_inclusive, totals.due))


def _is_said(word: str, drawn: str) -> bool:
    if any(map(_is_replaced, word)):
        return True
    rest = squeezed(word)
    is_whole = len(rest) < _LONG and not any(unicodedata.category(c) == "Lo" for c in rest)
    while rest and rest not in drawn:
        length = max((n for n in range(_PIECE, len(rest)) if rest[:n] in drawn), default=0)
        if is_whole or not length:
            return False
        rest = rest[length:]
    return True


def _is_replaced(character: str) -> bool:
    name = unicodedata.name(character, "")
    return unicodedata.category(character) in _REPLACED or name.startswith(_UNDRAWN)
