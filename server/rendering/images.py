"""Turns a shop's logo into what a PDF can hold, once per process and logo.

Logos come from outside: broken, huge, CMYK, turned by a camera. None of that may stop an
invoice, so whatever cannot be drawn counts as no logo and the brand name takes its place.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image as Pillow
from PIL import ImageOps

from server.domain.branding import Image
from server.rendering.pdf.objects import pack

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
#: Where a picture says how the camera was held (Exif 2.3).
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True, eq=False)
class Logo:
    """A picture as a PDF holds it: compressed RGB samples, or the bytes of a JPEG."""

    width: int
    height: int
    samples: bytes
    is_jpeg: bool = False
    #: One compressed byte a pixel, 0 for clear; None if all of it is opaque.
    alpha: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture that is told by its hash: megabytes need not be compared at every invoice."""

    sha256: str
    size: int
    data: bytes = field(compare=False)


def logo_of(image: Image) -> Logo | None:
    """Decodes a logo; None where there is nothing that could be drawn."""
    return _logo_of(_Picture(image.sha256, len(image.data), image.data))


@lru_cache(maxsize=64)
def _logo_of(picture: _Picture) -> Logo | None:
    try:
        return _decode(picture.data)
    except Exception:  # noqa: BLE001 - Pillow raises nearly anything on damaged pictures
        return None


def _can_stay(picture: Pillow.Image) -> bool:
    """Tells whether a picture can be embedded byte by byte: smaller, and nothing is lost."""
    return (
        picture.format == "JPEG"
        and picture.mode == "RGB"
        and max(picture.size) <= _LARGE_SIDE
        and picture.getexif().get(_ORIENTATION, 1) == 1
    )


def _decode(data: bytes) -> Logo | None:
    with Pillow.open(io.BytesIO(data), formats=_ACCEPTED) as opened:
        width, height = opened.size
        if width * height > _MOST_PIXELS or max(width, height) > _MOST_ASPECT * min(width, height):
            return None
        if _can_stay(opened):
            opened.load()  # raises where the picture is cut off
            return Logo(width, height, data, is_jpeg=True)
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
            alpha = pack(channel.tobytes(), once=True)
    samples = pack(picture.convert("RGB").tobytes(), once=True)
    return Logo(picture.width, picture.height, samples, alpha=alpha)
