"""The file: references that fit, an id of its own, nothing of an invoice before."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf

from server.domain.branding import Typeface
from server.rendering.pdf.archive import About
from server.rendering.pdf.file import Content, write_file
from server.rendering.pdf.kit import kit_for
from server.rendering.pdf.pen import Pen, UsedFonts
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.style import Style

KIT = kit_for(Typeface.NOTO_SERIF, None)
STYLE = Style(face(Typeface.NOTO_SERIF, Weight.REGULAR), 10, 14)
ABOUT = About("T", "A", "S", "de", datetime(2025, 11, 3, tzinfo=UTC))


def content(*texts, xml=None, seed="1"):
    """Makes a page for each text."""
    fonts = UsedFonts()
    pens = []
    for text in texts:
        pens.append(Pen(300, fonts))
        pens[-1].text(50, 50, text, STYLE)
    return Content(400, 300, pens, fonts, ABOUT, xml, seed)


def opened(document):
    return pikepdf.open(io.BytesIO(document))


def test_references_lead_to_the_objects():
    document = write_file(KIT, content("Hemd", "Ελιά", "עברית", xml=b"<x/>"))
    start = int(document.rpartition(b"startxref\n")[2].split()[0])
    head, *lines = document[start:].partition(b"trailer")[0].splitlines(keepends=True)[1:]
    assert head == f"0 {len(lines)}\n".encode()
    for number, line in enumerate(lines[1:], 1):
        assert len(line) == 20
        assert document.startswith(b"%d 0 obj\n" % number, int(line[:10]))
    assert f"/Size {len(lines)}".encode() in document


def test_pages_come_in_order_and_have_their_size():
    with opened(write_file(KIT, content("eins", "zwei", "drei"))) as pdf:
        shown = [page.obj.Contents.read_bytes() for page in pdf.pages]
        assert [b"eins" in shown[0], b"zwei" in shown[1], b"drei" in shown[2]] == [True] * 3
        assert [float(edge) for edge in pdf.pages[0].mediabox] == [0, 0, 400, 300]


def test_the_attachment_is_what_was_given():
    with opened(write_file(KIT, content("Hemd", xml=b"<xml/>" * 99))) as pdf:
        assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == b"<xml/>" * 99
    with opened(write_file(KIT, content("Hemd"))) as pdf:
        assert len(pdf.attachments) == 0


def test_only_fonts_that_are_used_are_added_to_the_kits():
    with opened(write_file(KIT, content("Hemd"))) as pdf:
        plain = set(pdf.pages[0].resources.Font.keys())
    with opened(write_file(KIT, content("Hemd", "Чай"))) as pdf:
        more = set(pdf.pages[0].resources.Font.keys())
    assert plain < more
    assert len(more - plain) == 1


def test_two_seeds_give_two_ids():
    one, other = (write_file(KIT, content("Hemd", seed=seed)) for seed in "12")
    assert one.partition(b"/ID[")[2] != other.partition(b"/ID[")[2]
    assert one.partition(b"/ID[")[0] == other.partition(b"/ID[")[0]


def test_the_same_content_gives_the_same_bytes():
    made = content("Hemd Ελιά 茶")
    assert write_file(KIT, made) == write_file(KIT, replace(made)) == write_file(KIT, made)
