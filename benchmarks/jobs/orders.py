"""The orders that jobs are measured with: of one shop, each different from all others.

The same number always gives the same order, so whoever needs it again makes it again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

LINES: Final = 12
#: Who sells; the settings of the examples know its site.
TENANT: Final = "nordlicht"

_EXAMPLE = Path(__file__).parents[2] / "examples" / "orders" / "01-b2c-domestic-gross.json"
_KINDS = "Leinenhemd Wollpullover Sturmlaterne Teekanne Keramikbecher Bildband Tasche Tuch".split()
_MAKES = "handgedreht, naturweiß, gewalkt, aus Messing, mit Lederriemen, im Karton".split(", ")
_PLACES = "Amrum Föhr Juist Langeoog Norderney Pellworm Spiekeroog Sylt Wangerooge".split()
_FIRST = "Annegret Frauke Wiebke Arne Jens Silke Ocke Maren Thies Levke".split()
_LAST = "Petersen Janßen Thomsen Jöns Hansen Brodersen Lorenzen Carstensen".split()
_RATES = (19, 19, 19, 7)
_SHIPPING = 495  # cents


def order_id(number: int) -> str:
    """Gives the id of the order of this number."""
    return f"NH-{number:08d}"


def order_ids(first: int, end: int) -> list[str]:
    """Gives the ids of the orders first to end, exclusive."""
    return [order_id(number) for number in range(first, end)]


def order_json(number: int) -> bytes:
    """Makes the order of this number: twelve lines of two rates, and shipping."""
    chance = Random(number)  # noqa: S311 - samples, no secrets
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    address = {
        "contactName": name,
        "street": f"{chance.choice(_PLACES)}er Weg",
        "streetNumber": str(chance.randint(1, 199)),
        "zipCode": f"{chance.randint(20_000, 29_999)}",
        "city": chance.choice(_PLACES),
        "country": "DE",
    }
    parts = [(_SHIPPING, 19)]
    entries = []
    for position in range(1, LINES + 1):
        rate, quantity = chance.choice(_RATES), chance.randint(1, 30)
        gross = quantity * chance.randint(150, 19_999)
        parts.append((gross, rate))
        # Its number makes every name one that no other order has.
        article = f"{_article(chance)} {number}"
        entries.append(
            _entry(f"NL-{number}-{position:02d}", article, quantity, _price(gross, rate))
        )
    rates = [
        _sum([part for part in parts if part[1] == rate]) | {"taxRate": rate}
        for rate in sorted({rate for _, rate in parts})
    ]
    final = _sum(parts) | {"taxAggregate": {"lines": rates}}
    order = _example() | {
        "id": order_id(number),
        "customer": {"id": f"C-{number}", "name": name, "email": f"c{number}@shop.example"},
        "billingAddress": address,
        "shippingAddress": address,
        "entries": entries,
        "calculatedPrice": {"totalShipping": _price(_SHIPPING, 19), "finalPrice": final},
        "mixins": {
            "generalAttributes": {"extendedOrderStatus": "70", "orderNumber": order_id(number)}
        },
    }
    return orjson.dumps(order)


@cache
def _example() -> dict[str, Any]:
    example: dict[str, Any] = orjson.loads(_EXAMPLE.read_bytes())
    return example


def _article(chance: Random) -> str:
    kind, make = chance.choice(_KINDS), chance.choice(_MAKES)
    return f"{kind} „{chance.choice(_PLACES)}“, {make}"


def _entry(sku: str, name: str, quantity: int, price: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": sku.lower(),
        "type": "INTERNAL",
        "amount": quantity,
        "orderedAmount": quantity,
        "effectiveQuantity": quantity,
        "product": {"id": sku, "sku": sku, "code": sku, "name": name, "productType": "BASIC"},
        "calculatedPrice": {"price": price, "finalPrice": price},
    }


def _price(gross: int, rate: int) -> dict[str, Any]:
    return _values(gross, _tax(gross, rate)) | {"taxRate": rate}


def _sum(parts: list[tuple[int, int]]) -> dict[str, Any]:
    return _values(sum(gross for gross, _ in parts), sum(_tax(*part) for part in parts))


def _tax(gross: int, rate: int) -> int:
    """Gives the tax in a gross amount, in cents."""
    return round(gross * rate / (100 + rate))


def _values(gross: int, tax: int) -> dict[str, Any]:
    return {"netValue": (gross - tax) / 100, "grossValue": gross / 100, "taxValue": tax / 100}
