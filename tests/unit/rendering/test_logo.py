"""Logos: drawn where they can be, and never in the way."""

import struct
import zlib
from contextlib import closing

import pypdfium2
import pytest
from PIL import Image as Pillow

from server.rendering import render_pdf
from server.rendering.images import logo_of
from tests.builders.invoices import make_invoice
from tests.golden.reading import text_of
from tests.unit.rendering.pictures import branded, image_of, png, saved


def logo_box(document):
    """Gives left, bottom, right and top of the only image on the first page."""
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        images = [item for item in pdf[0].get_objects() if isinstance(item, pypdfium2.PdfImage)]
        assert len(images) == 1
        return images[0].get_bounds()


def drawn(logo):
    return render_pdf(make_invoice(1, branding=branded(logo)))


def png_that_claims(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    body = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return image_of(b"\x89PNG\r\n\x1a\n" + body + png(5, 5).data[33:])


def test_a_logo_takes_the_brand_names_place():
    document = drawn(png(300, 100))
    assert "Ersatzname" not in text_of(document)
    assert b"/SMask" in document


def test_without_a_logo_the_brand_name_is_set_in_type():
    assert text_of(drawn(None)).startswith("Ersatzname")


@pytest.mark.parametrize(
    "logo",
    [
        image_of(b""),
        image_of(b"not a picture"),
        image_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        image_of(png(300, 100).data[:70]),
        png(4000, 1),
        png(1, 4000),
        png(30, 30, (0, 0, 0, 0)),
        png_that_claims(60_000, 60_000),
        png_that_claims(0, 10),
    ],
    ids="empty text svg cut_off line tall_line transparent bomb no_width".split(),
)
def test_a_logo_that_cannot_be_drawn_gives_way_to_the_brand_name(logo):
    assert text_of(drawn(logo)).startswith("Ersatzname")


@pytest.mark.parametrize(
    ("width", "height"), [(100, 1000), (1000, 100), (600, 590), (40, 20), (3000, 2000)]
)
def test_a_logo_of_any_shape_keeps_its_proportions_above_the_address(width, height):
    left, bottom, right, top = logo_box(drawn(png(width, height)))
    assert (right - left) / (top - bottom) == pytest.approx(width / height, rel=0.02)
    assert left >= 0
    assert right - left <= 165
    assert top - bottom <= 62.4
    assert bottom > 841.9 - 45 * 72 / 25.4


def test_a_small_logo_is_not_blown_up():
    left, _, right, _ = logo_box(drawn(png(40, 20)))
    assert right - left == pytest.approx(30)


def test_a_cmyk_picture_becomes_rgb():
    document = drawn(saved(Pillow.new("CMYK", (80, 40), (0, 255, 255, 0)), "JPEG"))
    assert "Ersatzname" not in text_of(document)
    assert b"DeviceCMYK" not in document
    assert b"DeviceRGB" in document


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "RGB"])
def test_every_kind_of_png_is_decoded(mode):
    logo = logo_of(saved(Pillow.new(mode, (8, 4)), "PNG"))
    assert logo is not None
    assert (logo.width, logo.height) == (8, 4)
    assert len(zlib.decompress(logo.samples)) == 8 * 4 * 3


def test_a_picture_turned_by_a_camera_stands_upright():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    logo = logo_of(saved(Pillow.new("RGB", (80, 40)), "JPEG", exif=exif))
    assert logo is not None
    assert (logo.width, logo.height) == (40, 80)


def test_an_opaque_picture_needs_no_mask():
    logo = logo_of(png(8, 4, (1, 2, 3, 255)))
    assert logo is not None
    assert logo.alpha is None


def test_a_huge_logo_is_made_smaller():
    logo = logo_of(png(4000, 2000))
    assert logo is not None
    assert logo.width < 1000
