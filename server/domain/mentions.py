"""What the law of the seller's country wants said about payment on invoices to businesses (BG-1).

Each begins with its subject (BT-21, UNTDID 4451), as in #PMT#text.
"""

from __future__ import annotations

#: Code de commerce art. L441-9 and L441-10: what holds where nothing else was agreed.
_FRENCH = (
    "#PMT#Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 EUR.",
    (
        "#PMD#En cas de retard de paiement, des pénalités sont exigibles au taux de refinancement "
        "de la BCE majoré de 10 points."
    ),
    "#AAB#Pas d'escompte pour paiement anticipé.",
)


def payment_mentions(seller_country: str, *, to_business: bool) -> tuple[str, ...]:
    """Gives what must be said about late and early payment, in the language the law wants."""
    return _FRENCH if to_business and seller_country in {"FR", "MC"} else ()
