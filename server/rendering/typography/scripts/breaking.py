"""Breaks text of any script into lines (UAX 14, as far as names and descriptions need it).

Lines break at blanks, and between Chinese, Japanese and Korean characters unless a punctuation
mark would come to stand where none may. Thai has no blanks between words: its lines break where
somebody has put a zero width space, else between clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex

from server.rendering.typography.scripts.bidi import classes_of, direction
from server.rendering.typography.scripts.clusters import clusters
from server.rendering.typography.scripts.ignorable import IGNORABLE
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
#: Say which way a line runs whose own letters would say otherwise.
_MARKS = ("\u200e", "\u200f")


def wrap_text(text: str, style: Style, limit: float) -> list[str]:
    """Breaks text into lines no wider than limit points.

    A word that is wider is cut between clusters; text without a visible character gives no line.
    """
    return list(_wrapped(text, style, limit))


@lru_cache(maxsize=1024)
def _wrapped(text: str, style: Style, limit: float) -> tuple[str, ...]:
    drawn = [cluster.text for cluster in clusters(text, style.face.typeface, style.face.weight)]
    whole = " ".join("".join(drawn).split(" ")).strip(" ")
    if not IGNORABLE.sub("", whole).strip(" "):
        return ()
    if len(whole) <= _SHORT and style.width(whole) <= limit:
        return (whole,)
    base = direction(classes_of(whole))
    lines = _fill([*_fitting(drawn, style, limit)], style, limit)
    return tuple(
        _MARKS[base] + line if direction(classes_of(line)) != base else line for line in lines
    )


class _Part(NamedTuple):
    """What stays together on a line, with the blank behind it."""

    text: str
    #: Without that blank.
    width: float


def _fitting(drawn: Sequence[str], style: Style, limit: float) -> Iterator[_Part]:
    """Gives the parts of a text, cut to clusters where they are too wide for a line."""
    for clusters_of_part in _parts(drawn):
        text = "".join(clusters_of_part)
        width = style.width(text.rstrip(" "))
        if width <= limit:
            yield _Part(text, width)
        else:
            yield from (_Part(cluster, style.width(cluster)) for cluster in clusters_of_part)


def _parts(drawn: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for cluster in drawn:
        if part and _may_break(part[-1], cluster):
            yield part
            part = []
        if cluster != " " or (part and part[-1] != " "):
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


def _fill(parts: Sequence[_Part], style: Style, limit: float) -> Iterator[str]:
    """Puts as many parts into each line as fit."""
    blank = style.width(" ")
    start = 0
    while start < len(parts):
        end, used = start, 0.0
        while end < len(parts) and (end == start or used + parts[end].width <= limit):
            text, width = parts[end]
            used += width + blank if text.endswith(" ") else width
            end += 1
        # Together, parts may be wider than alone: letters join, kerning ends.
        while end > start + 1 and style.width(_line(parts[start:end])) > limit:
            end -= 1
        if line := _line(parts[start:end]):
            yield line
        start = end


def _line(parts: Sequence[_Part]) -> str:
    return "".join(part.text for part in parts).strip(f" {_ZERO_WIDTH_SPACE}")
