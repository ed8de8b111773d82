"""Which fonts there are for what the faces lack, and which of them draws a cluster.

The small ones are shipped, the large ones are installed with an extra (`installed`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from server.domain.branding import Typeface
from server.rendering.typography.faces import FILES, Weight, face
from server.rendering.typography.scripts.harfbuzz import loaded
from server.rendering.typography.scripts.installed import cjk_fonts
from server.rendering.typography.scripts.pieces import ScriptFont

_FOLDER = Path(__file__).parents[2] / "fonts"
#: Each shipped font, and whether its glyphs always stand for the same characters.
_SHIPPED = {
    "SansArabic": True,
    "NotoSansHebrew": True,
    "NotoSansThai": False,
    "NotoSansDevanagari": False,
}
#: Places on the weight axis, as heavy as the faces.
_WEIGHTS = {Weight.REGULAR: 400, Weight.STRONG: 600}

#: Written with fonts that are not shipped: han, kana, hangul, bopomofo and their signs.
CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\u303f\u3041-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]"
)
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HAN = re.compile("[\u2e80-\u2fff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
#: Where the national standards end, the other countries' fonts are asked.
_STANDARDS = (("SC", "gb2312"), ("TC", "big5"), ("JP", "shift_jis"))


def font_for(cluster: str, typeface: Typeface, weight: Weight, country: str) -> ScriptFont | None:
    """Finds a font that draws all characters of a cluster; None if there is none."""
    fonts = fonts_for(typeface, weight, country)
    return next((font for font in fonts if loaded(font).draws(cluster)), None)


def fonts_for(typeface: Typeface, weight: Weight, country: str) -> tuple[ScriptFont, ...]:
    """Gives the fonts for a text, the first ones first; the large ones for texts of a country.

    Other texts must not look different because a font happens to be installed.
    """
    shipped = _shipped(typeface, weight)
    return (*shipped, *_installed(weight, country)) if country else shipped


def country_of(text: str, typeface: Typeface, weight: Weight) -> str:
    """Tells whose forms of the Chinese characters a text wants: JP, KR, SC or TC; "" for none."""
    if not (characters := for_installed(text, typeface, weight)):
        return ""
    if _HANGUL.search(text):
        return "KR"
    if _KANA.search(text):
        return "JP"
    han = "".join(_HAN.findall(characters))
    return next((c for c, encoding in _STANDARDS if _encodes(han, encoding)), "SC")


def for_installed(text: str, typeface: Typeface, weight: Weight) -> str:
    """Gives the characters of a text that only the large fonts draw."""
    return "".join(c for c in CJK.findall(text) if _needs_installed(c, typeface, weight))


@lru_cache(maxsize=8192)
def _needs_installed(character: str, typeface: Typeface, weight: Weight) -> bool:
    compatible = set(unicodedata.normalize("NFKC", character))
    # Such as ㎡, which is drawn as m2.
    return not face(typeface, weight).advances.keys() >= compatible and not any(
        loaded(font).draws(character) for font in _shipped(typeface, weight)
    )


def _encodes(characters: str, encoding: str) -> bool:
    try:
        characters.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _shipped(typeface: Typeface, weight: Weight) -> tuple[ScriptFont, ...]:
    # The face itself comes first: it places the marks that no precomposed letter has.
    families = dict.fromkeys((FILES[typeface], "InterTabular"))
    latin = [_font(family, weight) for family in families]
    return (
        latin[0],
        *(_font(name, weight, distinct=distinct) for name, distinct in _SHIPPED.items()),
        *latin[1:],
    )


def _font(family: str, weight: Weight, *, distinct: bool = False) -> ScriptFont:
    resource = f"{family}-{weight.value}"
    return ScriptFont(resource, _FOLDER / f"{resource}.ttf", distinct=distinct)


@cache
def _installed(weight: Weight, country: str) -> tuple[ScriptFont, ...]:
    return tuple(_cjk(weight, country))


def _cjk(weight: Weight, country: str) -> Iterator[ScriptFont]:
    files = cjk_fonts()
    for other in sorted(files, key=lambda other: (other != country, other)):
        yield ScriptFont(f"NotoSans{other}-{weight.value}", files[other], _WEIGHTS[weight])
