"""Turns a shop's logo into what a PDF can hold, once per process and logo.

Logos come from outside: broken, huge, CMYK, turned by a camera. None of that may stop an
invoice, so whatever cannot be drawn counts as no logo and the brand name takes its place.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image as Pillow
from PIL import ImageOps

from server.domain.invoice import Image

#: Pixels; beyond it the picture is not even decoded.
_MOST_PIXELS = 50_000_000
#: Longer than wide (or the other way) by more than this is no logo but a line.
_MOST_ASPECT = 40
#: Pixels on the longer side; a logo with more is made smaller. Others stay as they are, since
#: scaling multiplies the colours and with them the file's size.
_LARGE_SIDE = 1000
#: 300 dots an inch on the largest logo.
_SCALED_SIDE = 690
_ACCEPTED = ("PNG", "JPEG")


@dataclass(frozen=True, slots=True)
class Logo:
    """A decoded picture: compressed RGB samples and, if it is not opaque, its alpha."""

    sha256: str
    width: int
    height: int
    rgb: bytes
    alpha: bytes | None


@lru_cache(maxsize=64)
def logo_of(image: Image) -> Logo | None:
    """Decodes a logo; None where there is nothing that could be drawn."""
    try:
        return _decode(image)
    except Exception:  # noqa: BLE001 - Pillow raises nearly anything on damaged pictures
        return None


def _decode(image: Image) -> Logo | None:
    with Pillow.open(io.BytesIO(image.data), formats=_ACCEPTED) as opened:
        width, height = opened.size
        if width * height > _MOST_PIXELS or max(width, height) > _MOST_ASPECT * min(width, height):
            return None
        picture: Pillow.Image = ImageOps.exif_transpose(opened)
    has_alpha = picture.has_transparency_data
    picture = picture.convert("RGBA" if has_alpha else "RGB")
    if max(picture.size) > _LARGE_SIDE:
        picture.thumbnail((_SCALED_SIDE, _SCALED_SIDE), Pillow.Resampling.LANCZOS)
    alpha: bytes | None = None
    if has_alpha:
        channel = picture.getchannel("A")
        lightest_and_darkest = channel.getextrema()
        if lightest_and_darkest == (0, 0):
            return None  # wholly transparent
        if lightest_and_darkest != (255, 255):
            alpha = zlib.compress(channel.tobytes(), 9)
    rgb = zlib.compress(picture.convert("RGB").tobytes(), 9)
    return Logo(image.sha256, picture.width, picture.height, rgb, alpha)
