"""What the rules ask about identifiers; who knows their check digits is wired in from outside."""

from __future__ import annotations

from typing import Protocol


class Identifiers(Protocol):
    """Knows how VAT ids and IBANs are built, and their check digits."""

    def vat_id(self, text: str, country: str = "") -> str:
        """Gives a VAT id with its country prefix and without blanks; empty where text is none.

        country is where its owner lives: a VAT id without prefix is taken as one of that country.
        """
        ...

    def is_iban(self, text: str) -> bool:
        """Tells whether text, in capitals and without blanks, is an IBAN (ISO 13616)."""
        ...
