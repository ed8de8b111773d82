"""Objects of a file: streams that give back what they hold, texts that any program reads."""

import zlib

import pytest

from server.rendering.pdf.objects import raw_stream, stream, text_string


def parts_of(body):
    """Gives a stream's dictionary, its bytes and the end of line behind them."""
    head, _, rest = body.partition(b">>\nstream\n")
    length = int(head.rpartition(b"/Length ")[2])
    return head, rest[:length], rest[length:]


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("data", [b"", b"x", b"1 0 0 1 56.69 785.20 Tm " * 900])
def test_a_compressed_stream_gives_back_its_bytes(data, once):
    head, packed, end = parts_of(stream("/Type/X", data, once=once))
    assert head.startswith(b"<</Type/X/Filter/FlateDecode/Length ")
    assert zlib.decompress(packed) == data
    assert end.endswith(b"\nendstream")


def test_what_is_made_once_is_made_smaller():
    data = bytes(number * number % 251 for number in range(9000)) * 3
    assert len(stream("", data, once=True)) < len(stream("", data))


@pytest.mark.parametrize("last", [b"\r", b"\n", b"\r\n", b"x"])
def test_the_end_of_a_stream_can_be_told_from_its_last_byte(last):
    _, data, end = parts_of(raw_stream("", b"data" + last))
    assert data == b"data" + last
    # A reader that takes CR LF for one end of line must not take the data's own CR.
    assert end == b"\r\nendstream"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Rechnung 7", "(Rechnung 7)"),
        ("a (b) \\ c", r"(a \(b\) \\ c)"),
        ("Größe", "<FEFF0047007200F600DF0065>"),
        ("🍵", "<FEFFD83CDF75>"),
    ],
)
def test_a_text_is_written_as_it_is_or_in_utf_16(text, written):
    assert text_string(text) == written
