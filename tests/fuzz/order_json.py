"""Draws orders' JSON: real orders with anything in any place, and texts that are no JSON."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.builders.orders import published
from tests.fuzz import values
from tests.fuzz.plant import ORDERS

REAL = [published("EON1200"), published("EON2076")]
EXAMPLES = [json.loads(path.read_bytes()) for path in ORDERS]
#: A number that is written digit by digit, since no float and no int would hold it.
_DIGITS = re.compile(r'"#([^"#]*)#"')

NUMBERS = st.one_of(
    st.sampled_from(
        [
            *(0, -1, 1, 10**11, -(10**11), 10**18, 2**63, 2**64, 1e-9, -0.0),
            *(float("nan"), float("inf"), -float("inf"), "#1E999999#", "#1E-999999#", "#-0E999#"),
            *(
                "#0.1234567890123456789012345#",
                f"#{'9' * 400}#",
                "#1E12#",
                "#999999999999.99#",
                "#00#",
            ),
        ]
    ),
    st.integers(-(10**13), 10**13),
    st.decimals(-1000, 1000, places=3, allow_nan=False).map(lambda value: f"#{value}#"),
    st.floats(-1e15, 1e15).map(lambda value: f"#{value!r}#"),
)
TEXTS = st.one_of(
    st.sampled_from(values.TEXTS),
    st.text(max_size=60),
    # Halves of surrogate pairs, which JSON can say and UTF-8 cannot.
    st.text(st.characters(categories=("Cs", "Co", "Cn", "Mn", "Cf")), max_size=8),
    st.sampled_from(["12.5", "-3", "NaN", "1e400", " 7 ", "0x1F", "9" * 60]),
)
DEEP = st.integers(1, 300).map(lambda depth: json.loads("[" * depth + "]" * depth))
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
)


@dataclass(frozen=True)
class Drawn:
    """An order that was drawn, and the id it bears."""

    order_id: str
    order_json: bytes


@st.composite
def orders(draw: st.DrawFn, order_id: str = "order") -> Drawn:
    """Draws an order: as it was with one place in ten, else with up to five places changed."""
    order = copy.deepcopy(draw(st.sampled_from(REAL + EXAMPLES)))
    order["id"] = order_id
    for _ in range(draw(st.sampled_from((0, 1, 1, 1, 1, 2, 2, 3, 5)))):
        _change(draw, order)
    data = _DIGITS.sub(r"\1", json.dumps(order)).encode()
    if draw(st.integers(0, 14)) == 0:
        data = values.damaged(draw(st.randoms(use_true_random=False)), data)
    named = order.get("id")
    return Drawn(named if isinstance(named, str) else "", data)


def _change(draw: st.DrawFn, order: dict[str, Any]) -> None:
    places = list(_places(order))
    if not places:
        return
    held, key = draw(st.sampled_from(places))
    was = held[key]
    # Most changes keep to the kind, so that they get beyond the reading.
    match draw(st.integers(0, 9)):
        case 0:
            del held[key]
        case 1:
            held[key] = draw(ANYTHING)
        case 2:
            held[key] = draw(DEEP)
        case 3 if isinstance(held, list):
            held.extend(copy.deepcopy(held[key]) for _ in range(draw(st.sampled_from((1, 3, 60)))))
        case _ if isinstance(was, bool):
            held[key] = not was
        case _ if isinstance(was, (int, float)):
            held[key] = draw(NUMBERS)
        case _ if isinstance(was, str):
            held[key] = draw(TEXTS)
        case _:
            held[key] = draw(ANYTHING)


def _places(thing: Any) -> Iterator[tuple[Any, Any]]:
    """Gives every place of a JSON value as the container and the key in it."""
    for key, value in thing.items() if isinstance(thing, dict) else enumerate(thing):
        yield thing, key
        if isinstance(value, (dict, list)):
            yield from _places(value)
