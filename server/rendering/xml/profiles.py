"""The profiles: what is different from format to format; all else is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from server.domain.document import DocumentFormat

_EN_16931 = "urn:cen.eu:en16931:2017"
_XRECHNUNG = f"{_EN_16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
_PEPPOL = f"{_EN_16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

# A direct debit needs its mandate (PEPPOL-EN16931-R061, BR-DE-25), a card its number
# (BR-DE-24): an order gives neither. Then the means is not defined, or paid online.
_NO_MANDATE = {"49": "1", "59": "1"}
_NO_CARD = {"48": "68", "54": "68", "55": "68"}


class Syntax(Enum):
    """The two syntaxes of EN 16931."""

    CII = auto()
    UBL = auto()


@dataclass(frozen=True, slots=True)
class Profile:
    """A specification that narrows EN 16931."""

    format: DocumentFormat
    syntax: Syntax
    #: BT-24.
    customization: str
    #: BT-23; may be empty.
    process: str = ""
    #: Whether all notes must be said in one (PEPPOL-EN16931-R002).
    single_note: bool = False
    #: Payment means that need details which an order does not give, and what to say instead.
    means_codes: Mapping[str, str] = field(default_factory=dict)


PROFILES: Mapping[DocumentFormat, Profile] = {
    profile.format: profile
    for profile in (
        Profile(DocumentFormat.FACTUR_X, Syntax.CII, _EN_16931),
        Profile(
            DocumentFormat.XRECHNUNG_CII,
            Syntax.CII,
            _XRECHNUNG,
            _BILLING,
            means_codes=_NO_MANDATE | _NO_CARD,
        ),
        Profile(
            DocumentFormat.XRECHNUNG_UBL,
            Syntax.UBL,
            _XRECHNUNG,
            _BILLING,
            means_codes=_NO_MANDATE | _NO_CARD,
        ),
        Profile(
            DocumentFormat.PEPPOL_UBL,
            Syntax.UBL,
            _PEPPOL,
            _BILLING,
            single_note=True,
            means_codes=_NO_MANDATE,
        ),
    )
}
