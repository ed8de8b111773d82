"""The checks bite: a good file broken in one way is refused by the check that is meant for it."""

import hashlib
from dataclasses import replace

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from server.rendering import render_pdf
from tests.builders.invoices import make_invoice
from tests.validators import archive_damage as damage
from tests.validators.archive import archive_problems, names_of
from tests.validators.archive_damage import changed, swapped

INVOICE = make_invoice(3)
GOOD = render_pdf(INVOICE)
XMP_NAMESPACE = b"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"

# What is done, and which checks must find it.
CHANGES = {
    # What an archive demands.
    "no output intent": (damage.without("/OutputIntents"), {"pdf/a"}),
    "colours for print": (damage.content(rb"[\d.]+ [\d.]+ [\d.]+ rg", rb"0 0 0 1 k"), {"pdf/a"}),
    "an unknown operator": (damage.content(rb"BT", rb"foo BT"), {"pdf/a"}),
    "no metadata": (damage.without("/Metadata"), {"pdf/a", "metadata"}),
    "metadata no XML": (damage.xmp(rb"</rdf:RDF>", b""), {"pdf/a", "metadata"}),
    "PDF/A-2": (damage.xmp(rb"<pdfaid:part>3", b"<pdfaid:part>2"), {"pdf/a", "metadata"}),
    "PDF/A-3a": (damage.xmp(rb"conformance>B<", b"conformance>A<"), {"pdf/a", "metadata"}),
    "a script": (damage.script, {"pdf/a", "script"}),
    "a link that is not printed": (damage.link, {"pdf/a", "link"}),
    # What is said twice.
    "Info's title": (damage.info("/Title", "Rechnung"), {"metadata", "title"}),
    "Info's author": (damage.info("/Author", "X"), {"metadata"}),
    "Info's subject": (damage.info("/Subject", "X"), {"metadata"}),
    "Info's producer": (damage.info("/Producer", "X"), {"metadata"}),
    "Info's creator": (damage.info("/Creator", "X"), {"metadata"}),
    "Info's date": (damage.info("/CreationDate", "D:20251103081531+00'00'"), {"metadata"}),
    "Info's change": (damage.info("/ModDate", "D:20251103081531+00'00'"), {"metadata"}),
    "XMP's title": (damage.xmp(rb"(<dc:title>.*?)Rechnung", rb"\1Rechnunh"), {"metadata"}),
    "XMP's date": (damage.xmp(rb"CreateDate>2025", rb"CreateDate>2024"), {"metadata"}),
    "XMP's change": (damage.xmp(rb"ModifyDate>2025", rb"ModifyDate>2024"), {"metadata"}),
    # What readers are told.
    "no language": (damage.without("/Lang"), {"language"}),
    "another language": (damage.with_entry("/Lang", pikepdf.String("fr")), {"language"}),
    "no title in the window": (damage.without("/ViewerPreferences"), {"title"}),
    # The e-invoice.
    "no Factur-X properties": (damage.xmp(rb"<fx:.*</fx:ConformanceLevel>", b""), {"metadata"}),
    "another level": (damage.xmp(rb">EN 16931<", b">BASIC<"), {"metadata"}),
    "another type": (damage.xmp(rb">INVOICE<", b">ORDER<"), {"metadata"}),
    "no extension schema": (
        damage.xmp(rb"<pdfaExtension:schemas>.*</pdfaExtension:schemas>", b""),
        {"pdf/a", "metadata"},
    ),
    "another namespace": (damage.xmp(XMP_NAMESPACE, b"urn:x#"), {"metadata"}),
    "a digit of the XML": (damage.other_xml, {"attachment", "factur-x"}),
    "no associated file": (damage.without("/AF"), {"pdf/a", "attachment"}),
    "no name of the file": (damage.without("/Names"), {"attachment"}),
    "no relationship": (
        damage.without("/AF", 0, "/AFRelationship"), {"pdf/a", "attachment"},
    ),
    "no description": (damage.without("/AF", 0, "/Desc"), {"attachment"}),
    "another relationship": (
        damage.specification("/AFRelationship", Name.Unspecified), {"attachment"},
    ),
    "another name": (damage.specification("/UF", pikepdf.String("x.xml")), {"attachment"}),
    "no old name": (damage.without("/AF", 0, "/F"), {"pdf/a", "attachment"}),
    "another subtype": (damage.attached("/Subtype", Name("/text/plain")), {"attachment"}),
    "another check sum": (
        damage.attached("/CheckSum", pikepdf.String(hashlib.md5(b"x").digest())), {"attachment"},
    ),
    "another size": (damage.attached("/Size", 7), {"attachment"}),
    "another date": (damage.attached("/ModDate", pikepdf.String("D:20250101")), {"attachment"}),
    # The text.
    "a font not embedded": (damage.font(damage.not_embedded), {"pdf/a", "fonts"}),
    "codes without meaning": (
        damage.font(damage.unmapped), {"unmapped", "pdftotext", "pdfium", "said"},
    ),
    "letters exchanged": (damage.font(damage.exchanged), {"shape", "said"}),
    "another font's glyphs": (damage.another_font, {"shape"}),
    "a code without a character": (
        damage.content(rb"\((?=Leinenhemd)", rb"(\\001"), {"unmapped", "pdftotext", "pdfium"},
    ),
    "a code without a glyph": (damage.font(damage.without_a_glyph), {"notdef"}),
    "a letter less": (damage.content(rb"\(Leinenhemd", rb"(Leinenhem"), {"said"}),
    "another amount": (damage.content(rb"\(99,00\)", rb"(98,00)"), {"said"}),
    "another text to be read": (
        damage.content(rb"\(99,00\) Tj", rb"/Span <</ActualText (98,00)>> BDC (99,00) Tj EMC"),
        {"said"},
    ),
}  # fmt: skip


def refusing(document):
    return names_of(archive_problems(document, INVOICE))


def test_the_document_is_good_before_anything_is_changed():
    assert archive_problems(GOOD, INVOICE) == []


def test_writing_it_anew_does_no_harm():
    assert archive_problems(changed(GOOD, damage.nothing), INVOICE) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_refused(name):
    change, checks = CHANGES[name]
    assert checks <= refusing(changed(GOOD, change))


BYTES = {
    "another version": (b"%PDF-1.7", b"%PDF-1.4", {"header"}),
    "no sign that it is binary": (b"\n%\xe2\xe3\xcf\xd3", b"\n%abcd", {"pdf/a", "header"}),
    "no end": (b"%%EOF", b"%%EOG", {"header"}),
    "no end of line before endstream": (b"\nendstream", b" endstream", {"endstream"}),
    "no identifier": (b"/ID[", b"/IX[", {"pdf/a", "id"}),
    "a malformed subtype": (b"/text#2Fxml", b"/text/xml  ", {"attachment"}),
}


@pytest.mark.parametrize("name", BYTES)
def test_changed_bytes_are_refused(name):
    old, new, checks = BYTES[name]
    assert checks <= refusing(swapped(GOOD, old, new))


def test_a_reference_to_another_place_is_refused():
    start = GOOD.index(b"0000000000 65535 f") + 20
    moved = b"%010d" % (int(GOOD[start : start + 10]) + 1)
    assert "qpdf" in refusing(GOOD[:start] + moved + GOOD[start + 10 :])


def test_a_file_that_was_added_to_is_refused():
    assert "header" in refusing(GOOD + b"\n%%EOF\n")


def test_a_file_cut_short_is_refused():
    assert {"qpdf", "header"} <= refusing(GOOD[: len(GOOD) * 2 // 3])


def test_compressed_metadata_are_refused():
    assert {"pdf/a", "metadata"} <= refusing(damage.with_compressed_xmp(GOOD))


def test_an_encrypted_file_is_refused():
    locked = pikepdf.Encryption(owner="owner", user="", R=6)
    assert {"pdf/a", "encryption"} <= refusing(
        changed(GOOD, damage.nothing, encryption=locked, stream_decode_level=None)
    )


def test_a_second_attachment_is_refused():
    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["terms.txt"] = b"terms"

    assert "attachment" in refusing(changed(GOOD, attach))


def test_an_attachment_that_does_not_belong_is_refused():
    plain = replace(INVOICE, draft=replace(INVOICE.draft, embedded=None))
    assert {"attachment", "metadata"} <= names_of(archive_problems(GOOD, plain))
    assert {"attachment", "metadata"} <= names_of(archive_problems(render_pdf(plain), INVOICE))


def test_another_invoices_document_is_refused():
    other = replace(INVOICE, number="RE-2025-00043")
    assert {"title", "attachment", "said"} <= names_of(archive_problems(GOOD, other))


def test_a_form_is_read_as_what_it_shows():
    def wrap(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        form = pikepdf.Stream(pdf, page.obj.Contents.read_bytes())
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox, form.Resources = page.obj.MediaBox, page.resources
        page.obj.Resources = Dictionary(XObject=Dictionary(All=form))
        page.obj.Contents = pdf.make_stream(b"/All Do")

    assert archive_problems(changed(GOOD, wrap), INVOICE) == []
