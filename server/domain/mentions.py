"""What the law of the seller's country wants said on its invoices, beyond tax (BG-1).

One that begins with its subject (BT-21, UNTDID 4451), as in #PMT#text, tells programs what it is
about; the page leaves the subject out.
"""

from __future__ import annotations

#: CGI, annexe II, art. 242 nonies A: the category of the operation. Orders are of goods.
_FRENCH = ("Catégorie d'opération : livraison de biens.",)

#: Code de commerce art. L441-9 and L441-10: what holds where nothing else was agreed.
_FRENCH_BUSINESS = (
    "#PMT#Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 EUR.",
    (
        "#PMD#En cas de retard de paiement, des pénalités sont exigibles au taux de refinancement "
        "de la BCE majoré de 10 points."
    ),
    "#AAB#Pas d'escompte pour paiement anticipé.",
)

#: D.Lgs. 127/2015 art. 1: between Italians the invoice is the FatturaPA file, this is its copy.
_ITALIAN_COPY = (
    (
        "Copia di cortesia priva di valore fiscale: l'originale è la fattura elettronica trasmessa "
        "tramite il Sistema di Interscambio."
    ),
)


def legal_mentions(
    seller_country: str, buyer_country: str, *, to_business: bool
) -> tuple[str, ...]:
    """Gives what must be said, in the language that the law wants."""
    if seller_country in {"FR", "MC"}:
        return (*_FRENCH, *(_FRENCH_BUSINESS if to_business else ()))
    if seller_country == buyer_country == "IT":
        return _ITALIAN_COPY
    return ()
