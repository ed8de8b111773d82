"""Sets a line of text: fonts, order, shapes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from server.domain.branding import Typeface
from server.rendering.typography.faces import Face, Weight, face
from server.rendering.typography.scripts.bidi import levels, visual_order
from server.rendering.typography.scripts.bidi_runs import mirrored
from server.rendering.typography.scripts.clusters import Cluster, clusters
from server.rendering.typography.scripts.harfbuzz import loaded
from server.rendering.typography.scripts.ignorable import IGNORABLE
from server.rendering.typography.scripts.pieces import Piece, Plain, ScriptFont, SetText, Shaped

_THOUSAND = 1000


class _Run(NamedTuple):
    """Neighbours with one font and one direction, in the order in which they are read."""

    font: ScriptFont | None
    level: int
    clusters: Sequence[str]


# As many lines as a very long invoice has: each is measured, and set again when it is drawn.
@lru_cache(maxsize=4096)
def set_text(text: str, typeface: Typeface, weight: Weight) -> SetText:
    """Sets a line of text, whatever is in it."""
    latin = face(typeface, weight)
    runs = _runs(clusters(text, typeface, weight))
    pieces: list[Piece] = []
    for index in visual_order([run.level for run in runs]):
        piece = _set(runs[index])
        if isinstance(piece, Plain) and pieces and isinstance(last := pieces[-1], Plain):
            pieces[-1] = Plain(last.text + piece.text)
        else:
            pieces.append(piece)
    # A sum of whole numbers is the same in every Python.
    return SetText(sum(_width(piece, latin) for piece in pieces) / _THOUSAND, tuple(pieces))


def _runs(found: Sequence[Cluster]) -> list[_Run]:
    text = "".join(cluster.text for cluster in found)
    by_character = levels(text)
    placed, start = [], 0
    for cluster in found:
        if IGNORABLE.sub("", cluster.text):
            placed.append((cluster, by_character[start]))
        start += len(cluster.text)
    return [
        _Run(font, level, [cluster.text for cluster, _ in group])
        for (font, level), group in groupby(placed, lambda one: (one[0].font, one[1]))
    ]


def _set(run: _Run) -> Piece:
    rtl = bool(run.level % 2)
    if run.font is None:
        return Plain(
            "".join(mirrored(c) for c in reversed(run.clusters)) if rtl else "".join(run.clusters)
        )
    text = "".join(run.clusters)
    return Shaped(run.font, loaded(run.font).shape(text, rtl=rtl), text)


def _width(piece: Piece, latin: Face) -> int:
    """Measures a piece in thousandths of an em."""
    if isinstance(piece, Plain):
        return sum(map(latin.advances.__getitem__, piece.text))
    return sum(glyph.advance for glyph in piece.glyphs)
