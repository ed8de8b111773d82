"""Puts a file together: the kit, then the objects of one invoice, then where each one begins."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from server.rendering.pdf.archive import XML_NAME, About, information, metadata
from server.rendering.pdf.fonts import font_bodies
from server.rendering.pdf.kit import Kit
from server.rendering.pdf.objects import stream
from server.rendering.pdf.pen import Pen, UsedFonts
from server.rendering.typography.scripts import font_objects


@dataclass(frozen=True, slots=True)
class Content:
    """What is on the pages of one invoice, and what it says about itself."""

    #: In points.
    width: float
    height: float
    #: One for each page.
    pens: Sequence[Pen]
    fonts: UsedFonts
    about: About
    #: The e-invoice to embed; None for none.
    xml: bytes | None
    #: Makes the file's id another one than any other file's.
    seed: str


def write_file(kit: Kit, content: Content) -> bytes:
    """Writes a whole file; the same kit and content always give the same bytes."""
    bodies = _Bodies(kit.next_number)
    resources = bodies.add(_resources(kit, content, bodies))
    tree = bodies.next_number + 2 * len(content.pens)
    pages = [bodies.add_page(pen, content, resources, tree) for pen in content.pens]
    kids = " ".join(f"{page} 0 R" for page in pages)
    bodies.add(f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    info = bodies.add(information(content.about))
    xmp = bodies.add(metadata(content.about, has_xml=content.xml is not None))
    attached = "" if content.xml is None else _attached(content, content.xml, bodies)
    root = bodies.add(
        f"<</Type/Catalog/Pages {tree} 0 R/Lang({content.about.language})/Metadata {xmp} 0 R"
        f"/OutputIntents[{kit.output_intent} 0 R]/ViewerPreferences<</DisplayDocTitle true>>"
        f"{attached}>>".encode()
    )
    seed = content.seed.encode("utf-8", "surrogatepass")
    identifier = hashlib.md5(seed, usedforsecurity=False).hexdigest()
    return bodies.finish(kit, f"/Root {root} 0 R/Info {info} 0 R/ID[<{identifier}><{identifier}>]")


class _Bodies:
    """The objects after the kit, numbered as they are added."""

    def __init__(self, next_number: int) -> None:
        self.next_number = next_number
        self._bodies: list[bytes] = []

    def add(self, body: bytes) -> int:
        """Adds an object and gives its number."""
        self._bodies.append(body)
        self.next_number += 1
        return self.next_number - 1

    def add_all(self, bodies: Sequence[bytes]) -> None:
        """Adds objects that know their numbers already."""
        self._bodies += bodies
        self.next_number += len(bodies)

    def add_page(self, pen: Pen, content: Content, resources: int, tree: int) -> int:
        """Adds what a page shows, and the page."""
        shown = self.add(stream("", pen.operators()))
        return self.add(
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {content.width:.2f} {content.height:.2f}]"
            f"/Resources {resources} 0 R/Contents {shown} 0 R>>".encode()
        )

    def finish(self, kit: Kit, trailer: str) -> bytes:
        """Writes everything, with the cross-reference table and the trailer (7.5.4, 7.5.5)."""
        parts, references = [kit.beginning], [kit.references]
        offset = len(kit.beginning)
        for number, body in enumerate(self._bodies, kit.next_number):
            part = b"%d 0 obj\n%b\nendobj\n" % (number, body)
            references.append(f"{offset:010d} 00000 n \n")
            parts.append(part)
            offset += len(part)
        size = self.next_number
        parts.append(
            f"xref\n0 {size}\n0000000000 65535 f \n{''.join(references)}"
            f"trailer\n<</Size {size}{trailer}>>\nstartxref\n{offset}\n%%EOF\n".encode()
        )
        return b"".join(parts)


def _resources(kit: Kit, content: Content, bodies: _Bodies) -> bytes:
    """Adds the fonts that the kit lacks, and gives the resources that all pages share."""
    fonts = kit.fonts
    for face, font in content.fonts.parts:
        fonts += f"/{font.resource} {bodies.next_number} 0 R"
        bodies.add_all(font_bodies(face, font, bodies.next_number))
    for script_font, glyphs in content.fonts.glyphs.items():
        fonts += f"/{script_font.resource} {bodies.next_number} 0 R"
        bodies.add_all(font_objects(script_font, glyphs, bodies.next_number))
    images = f"/XObject<<{kit.images}>>" if kit.images else ""
    return f"<</Font<<{fonts}>>{images}>>".encode()


def _attached(content: Content, xml: bytes, bodies: _Bodies) -> str:
    """Adds the e-invoice (7.11.4), and gives the catalogue's entries that lead to it."""
    moment = f"{content.about.moment:%Y%m%d%H%M%S}+00'00'"
    checksum = hashlib.md5(xml, usedforsecurity=False).hexdigest()
    file = bodies.add(
        stream(
            f"/Type/EmbeddedFile/Subtype/text#2Fxml/Params<</ModDate(D:{moment})"
            f"/Size {len(xml)}/CheckSum<{checksum}>>>",
            xml,
        )
    )
    specification = bodies.add(
        f"<</Type/Filespec/F({XML_NAME})/UF({XML_NAME})/Desc(Factur-X invoice)"
        f"/AFRelationship/Alternative/EF<</F {file} 0 R/UF {file} 0 R>>>>".encode()
    )
    return (
        f"/AF[{specification} 0 R]"
        f"/Names<</EmbeddedFiles<</Names[({XML_NAME}) {specification} 0 R]>>>>"
    )
