"""Ways to break a good archive file, one thing at a time."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

#: How to write a file so that nothing changes by itself.
_AS_IT_IS: dict[str, Any] = {
    "fix_metadata_version": False,
    "compress_streams": False,
    "stream_decode_level": pikepdf.StreamDecodeLevel.none,
    "object_stream_mode": pikepdf.ObjectStreamMode.disable,
}
#: Changes a document that is open.
Change = Callable[[pikepdf.Pdf], None]


def changed(source: bytes, change: Change, **saving: Any) -> bytes:
    """Opens a file, changes it and writes it anew."""
    sink = io.BytesIO()
    with pikepdf.open(io.BytesIO(source)) as pdf:
        change(pdf)
        pdf.save(sink, **_AS_IT_IS | saving)
    return sink.getvalue()


def swapped(source: bytes, old: bytes, new: bytes) -> bytes:
    """Replaces the first of some bytes by as many others, so that all stays in its place."""
    assert old in source
    assert len(old) == len(new)
    return source.replace(old, new, 1)


def nothing(pdf: pikepdf.Pdf) -> None:
    """Changes nothing: what writing anew does by itself must not be refused."""


def without(*keys: str | int) -> Change:
    """Removes an entry: the path to it begins at the catalogue."""

    def change(pdf: pikepdf.Pdf) -> None:
        place: Any = pdf.Root
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return change


def with_entry(key: str, value: Any) -> Change:
    """Sets an entry of the catalogue."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root[key] = value

    return change


def specification(key: str, value: Any) -> Change:
    """Sets an entry of the attachment's file specification."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AF[0][key] = value

    return change


def attached(key: str, value: Any) -> Change:
    """Sets an entry of the attachment's stream, or of its parameters."""

    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.Root.AF[0].EF.F
        (stream.Params if key in stream.Params else stream)[key] = value

    return change


def other_xml(pdf: pikepdf.Pdf) -> None:
    """Changes one digit of the XML, and its check sum is left as it was."""
    stream = pdf.Root.AF[0].EF.F
    stream.write(stream.read_bytes().replace(b"<ram:LineID>1<", b"<ram:LineID>9<", 1))


def xmp(old: bytes, new: bytes) -> Change:
    """Replaces something in the XMP packet."""

    def change(pdf: pikepdf.Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        assert re.search(old, packet, re.DOTALL)
        pdf.Root.Metadata.write(re.sub(old, new, packet, flags=re.DOTALL))

    return change


def with_compressed_xmp(source: bytes) -> bytes:
    """Compresses the XMP packet; blanks keep all that follows in its place."""
    found = re.search(rb"<</Type/Metadata.*?>>\nstream\n(.*?)\r?\nendstream", source, re.DOTALL)
    assert found
    packed = zlib.compress(found[1])
    head = b"<</Type/Metadata/Subtype/XML/Filter/FlateDecode/Length %d>>" % len(packed)
    stream = b"%b\nstream\n%b\r\nendstream" % (head, packed)
    return source.replace(found[0], stream.ljust(len(found[0])))


def info(key: str, value: str) -> Change:
    """Sets an entry of Info, behind XMP's back."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.trailer.Info[key] = value

    return change


def content(old: bytes, new: bytes) -> Change:
    """Replaces something that the first page does, the first time it does it."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.contents_coalesce()
        operators = page.obj.Contents.read_bytes()
        assert re.search(old, operators, re.DOTALL), operators
        page.obj.Contents.write(re.sub(old, new, operators, count=1, flags=re.DOTALL))

    return change


def font(edit: Callable[[Any], None]) -> Change:
    """Changes the first font of the first page."""

    def change(pdf: pikepdf.Pdf) -> None:
        fonts: Any = pdf.pages[0].resources.Font
        edit(fonts[min(fonts.keys())])

    return change


def not_embedded(dictionary: Any) -> None:
    """Leaves a font's program away."""
    del dictionary.FontDescriptor["/FontFile2"]


def unmapped(dictionary: Any) -> None:
    """Leaves away what a font's codes say."""
    del dictionary["/ToUnicode"]


def exchanged(dictionary: Any) -> None:
    """Lets a font say n where it shows e, and the other way round."""
    table = dictionary.ToUnicode.read_bytes()
    e, n = b"<65><0065>", b"<6E><006E>"
    assert e in table
    assert n in table
    dictionary.ToUnicode.write(
        table.replace(e, b"<65><006E>").replace(n, b"<6E><0065>"),
    )


def without_a_glyph(dictionary: Any) -> None:
    """Lets the code of L lead to no glyph of its font."""
    program = TTFont(io.BytesIO(dictionary.FontDescriptor.FontFile2.read_bytes()))
    for table in program["cmap"].tables:
        table.cmap.pop(ord("L"))
    sink = io.BytesIO()
    program.save(sink)
    dictionary.FontDescriptor.FontFile2.write(sink.getvalue())
    dictionary.FontDescriptor.FontFile2.Length1 = sink.tell()


def another_font(pdf: pikepdf.Pdf) -> None:
    """Exchanges the two weights' programs, so that glyphs and widths are not their own."""
    fonts: Any = pdf.pages[0].resources.Font
    first, second = (fonts[key].FontDescriptor for key in ("/R0", "/S0"))
    one, other = first.FontFile2, second.FontFile2
    first.FontFile2, second.FontFile2 = other, one


def script(pdf: pikepdf.Pdf) -> None:
    """Lets the document do something when it is opened."""
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def link(pdf: pikepdf.Pdf) -> None:
    """Adds a link that would not be printed."""
    target = Dictionary(S=Name.URI, URI=pikepdf.String("https://nordlicht.example"))
    annotation = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=target)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(annotation)])
