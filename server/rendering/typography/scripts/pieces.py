"""What a text that needs more than a face becomes: pieces from left to right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, slots=True)
class ScriptFont:
    """A font that is shaped, and embedded with the glyphs that a document uses."""

    #: What pages call it, such as ArabicRegular.
    resource: str
    path: Path
    #: Where on its weight axis a variable font is taken; None for a font of one weight.
    weight: int | None = None
    #: Whether each of its glyphs stands for the same characters wherever it is used.
    distinct: bool = False


class Glyph(NamedTuple):
    """A glyph of a script font; lengths are thousandths of an em."""

    #: Its number in the font; beyond its last one for a letter that a ligature has swallowed.
    id: int
    advance: int
    x_offset: int
    y_offset: int
    #: The characters of its cluster; empty for the cluster's further glyphs.
    text: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Text that the face draws by itself, in the order in which it is drawn."""

    text: str


@dataclass(frozen=True, slots=True)
class Shaped:
    """Glyphs of a script font, from left to right."""

    font: ScriptFont
    glyphs: tuple[Glyph, ...]
    #: What they say, in the order in which it is read.
    text: str


Piece: TypeAlias = Plain | Shaped


@dataclass(frozen=True, slots=True)
class SetText:
    """A line of text, ready to be drawn."""

    #: For size 1.
    width: float
    #: From left to right.
    pieces: tuple[Piece, ...]
