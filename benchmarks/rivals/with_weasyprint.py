"""WeasyPrint: PDF/A-3b with the XML attached, from a compiled Jinja template and parsed CSS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from benchmarks.content import HEAD, content_of
from benchmarks.rivals.contender import LOGO, REGULAR, STRONG, Draw, factur_x
from server.domain.invoice import Invoice

_HERE = Path(__file__).parent
_FONT_FACE = """
@font-face {{ font-family: Inter; font-weight: 400; src: url({regular}) }}
@font-face {{ font-family: Inter; font-weight: 600; src: url({strong}) }}
"""


def prepare() -> Draw:
    """Compiles the template, parses the style sheet, loads the fonts, keeps the logo's picture."""
    template = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, auto_reload=False
    ).get_template("invoice.html")
    fonts = FontConfiguration()
    faces = _FONT_FACE.format(regular=REGULAR.as_uri(), strong=STRONG.as_uri())
    styles = CSS(string=faces + (_HERE / "invoice.css").read_text(), font_config=fonts)
    pictures: dict[str, Any] = {}

    def draw(invoice: Invoice) -> bytes:
        html = template.render(content=content_of(invoice), head=HEAD, logo=LOGO.as_uri())
        xml = Attachment(
            string=factur_x(invoice).decode(),
            name="factur-x.xml",
            relationship="Alternative",
            created=invoice.issued_at,
            modified=invoice.issued_at,
        )
        document: bytes = HTML(string=html).write_pdf(
            font_config=fonts,
            stylesheets=[styles],
            cache=pictures,
            pdf_variant="pdf/a-3b",
            attachments=[xml],
            finisher=_leave_metadata_plain,
        )
        return document

    return draw


def _leave_metadata_plain(_document: Any, pdf: Any) -> None:
    """Does what PDF/A asks for and the library leaves out: its XMP is not compressed."""
    for entry in pdf.objects:
        if getattr(entry, "extra", {}).get("Type") == "/Metadata":
            entry.compress = False
