"""Makes small files from lines of any script, and reads them back."""

from datetime import UTC, datetime

import pypdfium2

from server.domain.branding import Typeface
from server.rendering.pdf.archive import About
from server.rendering.pdf.file import Content, write_file
from server.rendering.pdf.kit import kit_for
from server.rendering.pdf.pen import Pen, UsedFonts
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.style import Style

STYLES = {
    (typeface, weight): Style(face(typeface, weight), 12, 16)
    for typeface in Typeface
    for weight in Weight
}
STYLE = STYLES[Typeface.INTER, Weight.REGULAR]
_ABOUT = About(
    title="Scripts",
    author="Test",
    subject="Lines",
    language="en",
    moment=datetime(2026, 1, 1, tzinfo=UTC),
)


def file_of(*lines: str, style: Style = STYLE) -> bytes:
    """Writes a file of one page with a text on each line."""
    fonts = UsedFonts()
    pen = Pen(842, fonts)
    for index, line in enumerate(lines):
        pen.text(40, 60 + 24 * index, line, style)
    content = Content(
        width=595, height=842, pens=[pen], fonts=fonts, about=_ABOUT, xml=None, seed="scripts"
    )
    return write_file(kit_for(style.face.typeface, None), content)


def read_back(file: bytes) -> list[str]:
    """Reads the lines of a file of one page."""
    text: str = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    return text.splitlines()
