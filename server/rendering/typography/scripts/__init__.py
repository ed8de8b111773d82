"""Text that needs more than a face: other scripts, both directions, marks, emoji.

Nothing of it is loaded before the first such text: HarfBuzz and the tables of Unicode take longer
to import than an invoice takes to draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from server.domain.branding import Typeface
from server.rendering.typography.scripts.coverage import check_fonts
from server.rendering.typography.scripts.pieces import Glyph, Plain, ScriptFont, SetText, Shaped

if TYPE_CHECKING:
    from server.rendering.typography.faces import Weight
    from server.rendering.typography.style import Style

__all__ = (
    "Glyph",
    "Plain",
    "ScriptFont",
    "SetText",
    "Shaped",
    "check_fonts",
    "font_objects",
    "set_text",
    "show",
    "wrap_text",
)


def set_text(text: str, typeface: Typeface, weight: Weight) -> SetText:
    """Sets a line of text, whatever is in it; its width is in em."""
    line: SetText = _engine().set_text(text, typeface, weight)
    return line


def wrap_text(text: str, style: Style, limit: float) -> list[str]:
    """Breaks text into lines no wider than limit points."""
    lines: list[str] = _engine().wrap_text(text, style, limit)
    return lines


def show(shaped: Shaped, resource: str, size: float) -> str:
    """Writes the operators that show text from where the text matrix puts it."""
    operators: str = _engine().show(shaped, resource, size)
    return operators


def font_objects(font: ScriptFont, glyphs: Mapping[int, str], number: int) -> list[bytes]:
    """Gives the bodies of the objects number, number + 1, ...; the first one is the font."""
    bodies: list[bytes] = _engine().font_objects(font, glyphs, number)
    return bodies


@cache
def _engine() -> Any:
    return import_module("server.rendering.typography.scripts.engine")
