"""Breaks text of any script into lines (UAX 14, as far as names and descriptions need it).

Lines break at blanks, and between Chinese, Japanese and Korean characters unless a punctuation
mark would come to stand where none may. Thai has no blanks between words: its lines break where
somebody has put a zero width space, else between clusters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex

from server.rendering.typography.scripts.bidi import classes_of, direction
from server.rendering.typography.scripts.clusters import clusters
from server.rendering.typography.scripts.ignorable import IGNORABLE
from server.rendering.typography.scripts.measuring import widths
from server.rendering.typography.style import Style

_IDEOGRAPH = regex.compile(r"[\p{LB=ID}\p{LB=CJ}\p{LB=H2}\p{LB=H3}\p{LB=JL}]")
_BEGINS_NO_LINE = regex.compile(
    r"[\p{LB=CL}\p{LB=CP}\p{LB=EX}\p{LB=IS}\p{LB=SY}\p{LB=NS}\p{LB=CJ}\p{LB=BA}\p{LB=HY}\p{LB=IN}"
    r"\p{LB=PO}\p{LB=QU}\p{LB=GL}\p{LB=WJ}\p{LB=CM}\p{LB=SP}]"
)
_ENDS_NO_LINE = regex.compile(r"[\p{LB=OP}\p{LB=PR}\p{LB=QU}\p{LB=GL}\p{LB=WJ}]")
_ZERO_WIDTH_SPACE = "\u200b"
#: Texts that may fit into one line; longer ones are not worth a place among the set texts.
_SHORT = 100
#: Texts whose lines are worth remembering.
_USUAL = 2000
#: Say which way a line runs whose own letters would say otherwise.
_MARKS = ("\u200e", "\u200f")


class _Part(NamedTuple):
    """What stays together on a line; widths are points."""

    text: str
    #: Without a blank at its end.
    width: float
    #: Of that blank.
    blank: float


def wrap_text(text: str, style: Style, limit: float) -> list[str]:
    """Breaks text into lines no wider than limit points.

    A word that is wider is cut between clusters; text without a visible character gives no line.
    """
    return list((_remembered if len(text) <= _USUAL else _wrapped)(text, style, limit))


def _wrapped(text: str, style: Style, limit: float) -> tuple[str, ...]:
    found = clusters(text, style.face.typeface, style.face.weight)
    whole = "".join(cluster.text for cluster in found).strip(" ")
    if not IGNORABLE.sub("", whole).strip(" "):
        return ()
    if len(whole) <= _SHORT and style.width(whole) <= limit:
        return (whole,)
    # Shaping each word by itself would take a hundred times as long as shaping all at once.
    measured = zip((cluster.text for cluster in found), widths(found, style), strict=True)
    parts = list(_fitting(measured, limit))
    return tuple(_fill(parts, style, limit, direction(classes_of(whole))))


_remembered = lru_cache(maxsize=1024)(_wrapped)


def _fitting(measured: Iterable[tuple[str, float]], limit: float) -> Iterator[_Part]:
    """Gives the parts of a text, cut to clusters where they are too wide for a line."""
    for together in _parts(measured):
        part = _part(together)
        if part.width <= limit:
            yield part
        else:
            yield from (_part([cluster]) for cluster in together)


def _part(together: Sequence[tuple[str, float]]) -> _Part:
    last, width = together[-1]
    blank = width if last == " " else 0.0
    text = "".join(text for text, _ in together)
    return _Part(text, sum(width for _, width in together) - blank, blank)


def _parts(measured: Iterable[tuple[str, float]]) -> Iterator[list[tuple[str, float]]]:
    part: list[tuple[str, float]] = []
    for cluster in measured:
        last = part[-1][0] if part else ""
        if last and _may_break(last, cluster[0]):
            yield part
            part, last = [], ""
        if cluster[0] != " " or last not in ("", " "):
            part.append(cluster)
    if part:
        yield part


@lru_cache(maxsize=8192)
def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if before == _ZERO_WIDTH_SPACE:
        return True
    beside_ideograph = _IDEOGRAPH.match(before) or _IDEOGRAPH.match(after)
    return bool(
        beside_ideograph and not _ENDS_NO_LINE.match(before) and not _BEGINS_NO_LINE.match(after)
    )


def _fill(parts: Sequence[_Part], style: Style, limit: float, base: int) -> Iterator[str]:
    """Puts as many parts into each line as fit; all lines run as the whole text does."""
    start = 0
    while start < len(parts):
        end, used = start, 0.0
        while end < len(parts) and (end == start or used + parts[end].width <= limit):
            used += parts[end].width + parts[end].blank
            end += 1
        line = _line(parts[start:end], base)
        # The letters at a break have other forms, which may be wider.
        while end > start + 1 and (real := style.width(line)) > limit:
            room = used * limit / real
            while end > start + 1:
                end -= 1
                used -= parts[end].width + parts[end].blank
                if used <= room:
                    break
            line = _line(parts[start:end], base)
        if line:
            yield line
        start = end


def _line(parts: Sequence[_Part], base: int) -> str:
    line = "".join(part.text for part in parts).strip(f" {_ZERO_WIDTH_SPACE}")
    return _MARKS[base] + line if line and direction(classes_of(line)) != base else line
