"""Tells before an invoice draws its number whether the fonts for its texts are installed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from server.domain.errors import OrderRejected
from server.domain.invoice import InvoiceDraft
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.scripts.installed import EXTRA, cjk_fonts

#: Written with fonts that are not shipped: han, kana, hangul, bopomofo and their signs.
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\u303f\u3041-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]"
)
#: As many characters as a message names.
_MOST_NAMED = 8


def check_fonts(draft: InvoiceDraft) -> None:
    """Raises OrderRejected, naming what to install, when a text of the draft lacks its font."""
    texts: list[str] = []
    _collect(draft, texts)
    drawable = face(draft.branding.typeface, Weight.REGULAR).advances.keys()
    if drawable >= set("".join(texts)) or cjk_fonts():
        return
    for place, text in _places(draft, ""):
        found = _CJK.findall(unicodedata.normalize("NFC", text))
        if missing := "".join(dict.fromkeys(found)):
            raise OrderRejected(
                f"{place}: no font here draws {missing[:_MOST_NAMED]!r}. The fonts for Chinese,"
                f" Japanese and Korean come with: pip install '{EXTRA}'.",
                field=place,
                reason="FONT_MISSING",
            )


def _collect(value: Any, texts: list[str]) -> None:
    """Adds all texts of a value; as fast as can be, since it is done for every invoice."""
    for name in _names(value.__class__):
        part = getattr(value, name)
        kind = type(part)
        if kind is str:
            texts.append(part)
        elif kind is tuple:
            for item in part:
                if type(item) is str:
                    texts.append(item)
                elif type(item) is tuple:
                    texts += item
                else:
                    _collect(item, texts)
        elif is_dataclass(kind):
            _collect(part, texts)


def _places(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Gives each text of a value and where it stands, such as lines[0].name."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _places(item, f"{path}[{index}]")
    else:
        for name in _names(value.__class__):
            yield from _places(getattr(value, name), f"{path}.{name}" if path else name)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
