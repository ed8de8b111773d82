"""A shop is told when it saves a picture that no invoice could show, and what to do about it."""

import struct
import zlib

import pytest
from PIL import Image as Pillow

from server.domain.branding_check import LOGO_BYTES
from server.domain.errors import LogoRefused
from server.rendering.images import logo_of
from server.rendering.logos import prepare_logo
from tests.unit.rendering.pictures import image_of, png, saved


def refusal(data):
    with pytest.raises(LogoRefused) as caught:
        prepare_logo(data)
    return caught.value.message


def jpeg(mode="RGB", size=(300, 100), **options):
    return saved(Pillow.new(mode, size), "JPEG", **options).data


def png_that_claims(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + header + png(5, 5).data[33:]


@pytest.mark.parametrize(
    "data",
    [
        png(300, 100).data,
        png(300, 100, (10, 20, 30, 255)).data,
        saved(Pillow.new("P", (50, 50)), "PNG").data,
        saved(Pillow.new("I;16", (50, 50)), "PNG").data,
        saved(Pillow.new("1", (50, 50)), "PNG").data,
        png(4000, 100).data,
        jpeg(),
        jpeg("CMYK"),
        jpeg("L"),
        jpeg(progressive=True),
    ],
    ids="alpha opaque palette deep black widest jpeg cmyk grey progressive".split(),
)
def test_a_picture_that_is_fine_stays_as_it_is(data):
    assert prepare_logo(data) == data
    assert logo_of(image_of(data))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"hello", "no picture we know"),
        (b"GIF89a" + bytes(20), "a GIF image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a WebP image"),
        (b"\x00\x00\x00\x1cftypavif", "an AVIF or HEIC image"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x1f\x8b\x08\x00", "a compressed file"),
        (b"<!DOCTYPE html>\n<html><p>Sign in</html>", "a web page"),
        (b"<html><body/></html>", "a web page"),
    ],
)
def test_anything_else_is_refused_by_what_it_is(data, problem):
    message = refusal(data)
    assert problem in message
    assert "give a PNG, JPEG or SVG image" in message


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (png(300, 100).data[:90], "cut off or damaged"),
        (jpeg(size=(800, 800))[:-600], "cut off or damaged"),
        (b"\x89PNG\r\n\x1a\n", "cut off or damaged"),
        (png_that_claims(0, 10), "cut off or damaged"),
        (png(4001, 200).data, "has 4001 x 200 pixels; at most 4000 a side"),
        (png_that_claims(60_000, 60_000), "too many pixels"),
        (png_that_claims(10_000, 10_000), "pixels"),
        (png(1000, 10).data, "shows nothing"),
        (png(30, 30, (0, 0, 0, 0)).data, "shows nothing"),
        (png(5, 5).data + bytes(LOGO_BYTES), "bytes; at most 1,048,576"),
    ],
    ids="png jpeg start_only no_width side bomb smaller_bomb line transparent bytes".split(),
)
def test_a_picture_that_cannot_be_shown_is_refused_with_the_reason(data, problem):
    assert problem in refusal(data)


def test_a_jpeg_that_is_drawn_over_and_over_is_refused_before_it_is_decoded():
    data = jpeg(progressive=True, size=(64, 64))
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    assert "too many passes" in refusal(data[:-2] + last_scan * 200 + b"\xff\xd9")
