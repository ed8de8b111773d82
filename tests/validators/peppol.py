"""Rules of Peppol BIS Billing 3 that no packaged schematron holds, by their published ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

_SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
#: Participant identifier schemes (EAS) that Peppol takes; e-mail (EM) is none of them.
SCHEMES = frozenset(
    """
    0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183
    0184 0188 0190 0191 0192 0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209
    0210 0211 0212 0213 0215 0216 0217 0218 0221 0225 0230 0235 0240 0244 9910 9913 9914 9915 9918
    9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938
    9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959
    """.split()
)


def peppol_failures(xml: bytes) -> Iterator[tuple[str, str]]:
    """Gives the rules that an invoice or credit note breaks, each with what it says."""
    root: Any = etree.fromstring(xml)

    def found(path: str) -> list[str]:
        return [str(value) for value in root.xpath(path, namespaces=_SPACES)]

    if len(found("cbc:Note/text()")) > 1:
        yield "PEPPOL-EN16931-R002", "No more than one note is allowed on document level."
    if not found("cbc:BuyerReference/text() | cac:OrderReference/cbc:ID/text()"):
        yield "PEPPOL-EN16931-R003", "A buyer reference or purchase order reference MUST be given."
    if found("cbc:CustomizationID/text()") != [_CUSTOMIZATION]:
        yield "PEPPOL-EN16931-R004", "Specification identifier MUST be Peppol's."
    if found("cbc:ProfileID/text()") != ["urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"]:
        yield "PEPPOL-EN16931-R007", "Business process MUST be billing."
    for scheme in found("//cbc:EndpointID/@schemeID"):
        if scheme not in SCHEMES:
            yield "PEPPOL-EN16931-CL008", f"Electronic address scheme {scheme} is not Peppol's."
