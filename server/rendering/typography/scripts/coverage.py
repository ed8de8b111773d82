"""Tells before an invoice draws its number whether the fonts for its texts are installed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from typing import Any

from server.domain.errors import OrderRejected
from server.domain.invoice import InvoiceDraft
from server.rendering.typography.cleaning import plain
from server.rendering.typography.faces import Face, Weight, face
from server.rendering.typography.scripts.installed import EXTRA, cjk_fonts

#: As many characters as a message names.
_MOST_NAMED = 8


def check_fonts(draft: InvoiceDraft) -> None:
    """Raises OrderRejected, naming what to install, when a text of the draft lacks its font."""
    if cjk_fonts():
        return
    texts: list[str] = []
    _collect(draft, texts)
    latin = face(draft.branding.typeface, Weight.REGULAR)
    if latin.advances.keys() >= set("".join(texts)):
        return
    for place, text in _places(draft, ""):
        if plain(text, latin) is None and (missing := _missing(text, latin)):
            raise OrderRejected(
                f"{place}: no font here draws {missing[:_MOST_NAMED]!r}. The fonts for Chinese,"
                f" Japanese and Korean come with: pip install '{EXTRA}'.",
                field=place,
                reason="FONT_MISSING",
            )


def _missing(text: str, latin: Face) -> str:
    """Gives each character once that could be drawn with the extra, and only with it."""
    # It opens fonts; most texts never need them.
    fonts = import_module("server.rendering.typography.scripts.fonts")
    characters = unicodedata.normalize("NFC", text)
    missing: str = fonts.for_installed(characters, latin.typeface, latin.weight)
    return "".join(dict.fromkeys(missing))


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
