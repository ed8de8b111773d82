"""Makes of the picture that a shop gives one that every invoice can hold, when settings are saved.

Whatever a PDF could not show, or only after long work, is refused here with its reason. When an
invoice is drawn nobody is there to read it: then a logo that cannot be drawn is left out.
"""

from __future__ import annotations

import hashlib
import io

from PIL import Image as Pillow

from server.domain.branding import Image
from server.domain.branding_check import LOGO_BYTES, PICTURES
from server.domain.errors import LogoRefused
from server.rendering.images import logo_of
from server.rendering.svg import looks_like_svg, svg_to_png

#: Pixels.
_MOST_SIDE = 4000
#: Passes over a JPEG's pixels; programs write about ten, an attacker thousands.
_MOST_SCANS = 100
_START_OF_SCAN = b"\xff\xda"

#: How other files begin, and what they are.
_OTHERS = (
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a WebP image"),
    (b"BM", "a BMP image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "a compressed file"),
)


def prepare_logo(data: bytes) -> bytes:
    """Gives a PNG or JPEG for a PNG, JPEG or SVG; those that are fine already stay as they are.

    Raises LogoRefused, saying what is wrong in words that follow the name of the picture.
    """
    if len(data) > LOGO_BYTES:
        raise LogoRefused(f"has {len(data):,} bytes; at most {LOGO_BYTES:,}")
    if looks_like_svg(data):
        data = svg_to_png(data)
    if not data.startswith(PICTURES):
        raise LogoRefused(f"is {_what_it_is(data)}; give a PNG, JPEG or SVG image")
    _check_pixels(data)
    if logo_of(Image(hashlib.sha256(data).hexdigest(), data)) is None:
        raise LogoRefused(
            "shows nothing: it is wholly transparent, or more than 40 times as wide as high"
        )
    return data


def _what_it_is(data: bytes) -> str:
    if not data:
        return "empty"
    if data[4:8] == b"ftyp":
        return "an AVIF or HEIC image"
    return next((name for start, name in _OTHERS if data.startswith(start)), "no picture we know")


def _check_pixels(data: bytes) -> None:
    if data.count(_START_OF_SCAN) > _MOST_SCANS and not data.startswith(PICTURES[0]):
        raise LogoRefused("is a JPEG in too many passes; save it anew, as PNG or plain JPEG")
    try:
        with Pillow.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            width, height = picture.size
            if max(width, height) <= _MOST_SIDE:
                picture.load()
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise LogoRefused(f"has too many pixels; at most {_MOST_SIDE} a side") from error
    except Exception as error:  # Pillow raises nearly anything on damaged pictures
        raise LogoRefused("is cut off or damaged; export it again") from error
    if max(width, height) > _MOST_SIDE:
        raise LogoRefused(f"has {width} x {height} pixels; at most {_MOST_SIDE} a side")
