"""Gives each grapheme cluster of a text a font, or words in place of what no font has.

A cluster is what a reader takes for one character, marks and joined emoji included; it is never
split between fonts. First the face itself, then the fonts of other scripts, then a replacement:
compatible characters, then the letter without the marks that its font lacks, then transliteration
into Latin, which for emoji are their short names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import regex
from anyascii import anyascii

from server.domain.branding import Typeface
from server.rendering.typography.faces import Face, Weight, face
from server.rendering.typography.scripts.fonts import country_of, font_for, fonts_for
from server.rendering.typography.scripts.harfbuzz import loaded
from server.rendering.typography.scripts.ignorable import DIRECTIONS, IGNORABLE
from server.rendering.typography.scripts.pieces import ScriptFont

#: Stands for a character that has neither a glyph nor a name.
_UNKNOWN = "?"
_CLUSTER = regex.compile(r"\X")
_BLANK = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]")
#: Characters without ink of their own, other than those that change how their neighbours look.
_UNSEEN = regex.compile(
    rf"(?![\u200b-\u200d{DIRECTIONS}])\p{{Cf}}|[\u034f\u115f\u1160\u3164\uffa0]"
)
#: Heaps of marks, of which 30 are more than any language needs (UAX 15), and of unseen characters.
_HEAPS = regex.compile(rf"(\p{{M}}{{30}})\p{{M}}+|({IGNORABLE.pattern}{{16}}){IGNORABLE.pattern}+")
#: Skin tones, and the sex of those who do what the emoji shows.
_DECORATION = regex.compile("[\U0001f3fb-\U0001f3ff]|\u200d[♀♂]\ufe0f?")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}")
_MARKS = regex.compile(r"\p{M}+")
#: Every font means something else by these.
_PRIVATE = regex.compile(r"\p{Co}")


class Cluster(NamedTuple):
    """A cluster as it will be drawn."""

    text: str
    #: None: the face draws it.
    font: ScriptFont | None


def clusters(text: str, typeface: Typeface, weight: Weight) -> list[Cluster]:
    """Splits text into clusters that can be drawn, with the fonts that draw them."""
    cleaned = _UNSEEN.sub("", _BLANK.sub(" ", unicodedata.normalize("NFC", text)))
    cleaned = _HEAPS.sub(r"\1\2", cleaned)
    country = country_of(cleaned, typeface, weight)
    found = [
        part
        for cluster in _CLUSTER.findall(cleaned)
        for part in _drawn(cluster, typeface, weight, country)
    ]
    return _joined(found)


@lru_cache(maxsize=8192)
def _drawn(cluster: str, typeface: Typeface, weight: Weight, country: str) -> tuple[Cluster, ...]:
    latin = face(typeface, weight)
    seen = IGNORABLE.sub("", cluster)
    if not seen:  # a mark of direction: decides the order, then is dropped
        return (Cluster(cluster, None),)
    if _PRIVATE.search(seen):
        return (Cluster(_UNKNOWN, None),)
    # A mark has no place of its own in the face: the shaper puts it over its letter.
    if latin.advances.keys() >= set(seen) and not _MARKS.search(seen):
        return (Cluster(seen, None),)
    font = font_for(cluster, typeface, weight, country)
    if font is not None:
        return (Cluster(cluster, font),)
    return tuple(_replaced(seen, cluster, typeface, weight, country))


def _replaced(
    seen: str, cluster: str, typeface: Typeface, weight: Weight, country: str
) -> Iterator[Cluster]:
    latin = face(typeface, weight)
    compatible = unicodedata.normalize("NFKC", seen)
    if latin.advances.keys() >= set(compatible) and not _MARKS.search(compatible):
        yield Cluster(compatible, None)
    elif _EMOJI.search(seen):
        yield from _plain(_DECORATION.sub("", cluster), latin)
    elif shortened := _shortened(seen, typeface, weight, country):
        yield shortened
    else:
        yield from _plain(seen, latin)


def _shortened(seen: str, typeface: Typeface, weight: Weight, country: str) -> Cluster | None:
    """Gives a letter with as many of its marks as a font has; None if no font has the letter."""
    text, best = "", None
    for font in fonts_for(typeface, weight, country):
        lacking = "".join(c for c in seen if not loaded(font).draws(c))
        kept = len(seen) - len(lacking)
        if kept > len(text) and _MARKS.fullmatch(lacking) and not _MARKS.match(seen):
            text, best = "".join(c for c in seen if c not in lacking), font
    if best is None:
        return None
    return Cluster(text, None if text in face(typeface, weight).advances else best)


def _plain(text: str, latin: Face) -> Iterator[Cluster]:
    """Writes text in Latin letters, one cluster each."""
    written = "".join(c for c in anyascii(text) if c in latin.advances)
    unseen = not text.strip() or _MARKS.fullmatch(text)
    for character in written or ("" if unseen else _UNKNOWN):
        yield Cluster(character, None)


def _joined(found: list[Cluster]) -> list[Cluster]:
    """Gives blanks and signs between letters of one font to that font, if it has them."""
    letters = [place for place, (text, font) in enumerate(found) if font or text.isalnum()]
    for before, after in pairwise(letters):
        font = found[before].font
        if font is None or font != found[after].font:
            continue
        between = found[before + 1 : after]
        if between and all(_draws(font, text) for text, _ in between):
            found[before + 1 : after] = [Cluster(text, font) for text, _ in between]
    return found


@lru_cache(maxsize=8192)
def _draws(font: ScriptFont, text: str) -> bool:
    return loaded(font).draws(text)
