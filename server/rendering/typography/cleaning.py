"""Makes text plain where it can be: made of characters that the face draws by itself.

Shop data holds anything: control characters, half surrogates, ligatures, letters that lost their
accents on the way. What cannot be made plain is left to `scripts`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from server.rendering.typography.faces import Face

_INVISIBLE = frozenset({"Cf"})  # joiners, direction marks, soft hyphens
_BLANK = frozenset({"Cc", "Cs", "Zs", "Zl", "Zp"})
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


@lru_cache(maxsize=4096)
def plain(text: str, face: Face) -> str | None:
    """Gives text with every character drawable, None if another font is needed.

    Cleaning what is plain changes nothing.
    """
    cleaned = "".join([_drawn(c, face) for c in unicodedata.normalize("NFC", text)])
    return cleaned if face.advances.keys() >= set(cleaned) else None


def _drawn(character: str, face: Face) -> str:
    category = unicodedata.category(character)
    if category in _INVISIBLE or ord(character) in _VARIATION_SELECTORS:
        return ""
    if character in face.advances:
        return character
    if category in _BLANK:
        return " "
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if face.advances.keys() >= set(compatible) else character
