"""Pictures drawn for tests."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from PIL import Image as Pillow

from server.domain.branding import Branding, Image


def image_of(data: bytes) -> Image:
    """Wraps a picture's bytes."""
    return Image(hashlib.sha256(data).hexdigest(), data)


def saved(picture: Pillow.Image, format: str, **options: Any) -> Image:
    """Encodes a picture."""
    sink = io.BytesIO()
    picture.save(sink, format, **options)
    return image_of(sink.getvalue())


def png(width: int, height: int, colour: tuple[int, ...] = (200, 30, 60, 128)) -> Image:
    """Makes a PNG of one colour, translucent unless told."""
    return saved(Pillow.new("RGBA", (width, height), colour), "PNG")


def branded(logo: Image | None) -> Branding:
    """Makes a branding with a logo."""
    return Branding(brand_name="Ersatzname", logo=logo)
