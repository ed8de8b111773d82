"""What the catalogue says about the document, and what no archived document may hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Name

from server.domain.invoice import Invoice
from server.rendering.formats import base_language

_ID_BYTES = 16
#: Bits of an annotation's flags.
_PRINT, _HIDDEN = 4, 2 | 1 | 32
_ACTIVE = ("/JS", "/JavaScript", "/AA", "/OpenAction", "/XFA", "/Launch")


def catalogue_problems(pdf: pikepdf.Pdf, invoice: Invoice) -> Iterator[str]:
    """Gives what catalogue, trailer, pages and objects lack or have too much."""
    root = pdf.Root
    language = str(root.get("/Lang", ""))
    if language != base_language(invoice.draft.language):
        yield f"language: {language!r} is not that of the invoice, {invoice.draft.language!r}"
    preferences: Any = root.get("/ViewerPreferences", {})
    if not preferences.get("/DisplayDocTitle", False):
        yield "title: the window shows the file's name instead (DisplayDocTitle)"
    if pdf.is_encrypted:
        yield "encryption: the file is encrypted"
    yield from _identifier(pdf)
    yield from _active_parts(pdf)
    for number, sheet in enumerate(pdf.pages, 1):
        yield from _annotations(sheet, number)


def _identifier(pdf: pikepdf.Pdf) -> Iterator[str]:
    identifier = [bytes(part) for part in pdf.trailer.get("/ID", [])]
    if len(identifier) != 2 or any(len(part) != _ID_BYTES for part in identifier):
        yield f"id: {identifier} is not two strings of {_ID_BYTES} bytes"
    elif not any(identifier[0]):
        yield "id: it is all zeros"


def _active_parts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for key in _ACTIVE:
            if key in thing:
                yield f"script: object {thing.objgen[0]} has {key}"
        if thing.get("/S") in (Name.JavaScript, Name.Launch):
            yield f"script: object {thing.objgen[0]} is a {thing.S} action"


def _annotations(sheet: pikepdf.Page, number: int) -> Iterator[str]:
    for annotation in sheet.get("/Annots", []):
        flags = int(annotation.get("/F", 0))
        if not flags & _PRINT or flags & _HIDDEN:
            yield f"link: on page {number}, its flags {flags} do not let it be printed"
