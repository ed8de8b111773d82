"""The fonts as they are shipped: what a character looks like before anything is cut down."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

import server.rendering

_FOLDER = Path(server.rendering.__file__).parent / "fonts"


@lru_cache(maxsize=4096)
def shipped_outline(font: str, character: str) -> list[Any] | None:
    """Gives what a font draws for a character; None if there is no such font or character.

    font is the name of an embedded font, such as ABCDEF+InterTabular-Regular.
    """
    path = _paths().get(font.partition("+")[2].replace("-", ""))
    if path is None or len(character) != 1:
        return None
    source = _font(path)
    name = source.getBestCmap().get(ord(character))
    if name is None:
        return None
    pen = DecomposingRecordingPen(source.getGlyphSet())
    source.getGlyphSet()[name].draw(pen)
    return pen.value


@cache
def _font(path: Path) -> TTFont:
    return TTFont(path, lazy=True)


@cache
def _paths() -> dict[str, Path]:
    return {path.stem.replace("-", ""): path for path in _FOLDER.rglob("*.ttf")}
