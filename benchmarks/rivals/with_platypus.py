"""reportlab's platypus, the way its user guide shows it: no PDF/A, no XML."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from benchmarks.content import HEAD, Content, Pairs, content_of
from benchmarks.rivals.contender import LOGO, REGULAR, STRONG, Draw
from server.domain.invoice import Invoice

ACCENT, GREY, HAIRLINE = HexColor("#0F4C5C"), HexColor("#6B7280"), HexColor("#D1D5DB")
BODY = ParagraphStyle("body", fontName="Inter", fontSize=8.5, leading=11)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=6.5, leading=8.5, textColor=GREY)
TITLE = ParagraphStyle(
    "title", fontName="Inter-SemiBold", fontSize=16, leading=20, textColor=ACCENT
)
LEFT_MARGIN, RIGHT_MARGIN = 25 * mm, 20 * mm
FRAME_PADDING = 6  # the library's own
WIDTH = A4[0] - LEFT_MARGIN - RIGHT_MARGIN
COLUMNS = (26, 213, 56, 62, 40, WIDTH - 26 - 213 - 56 - 62 - 40)

Command = tuple[Any, ...]
BARE: list[Command] = [
    ("FONT", (0, 0), (-1, -1), "Inter", 8.5, 11),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0.5),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]
PAIRS = TableStyle([*BARE, ("TEXTCOLOR", (0, 0), (0, -1), GREY)])
TOTALS = TableStyle(
    [
        *BARE,
        ("ALIGN", (1, 0), (1, -1), "RIGHT"),
        ("LINEABOVE", (0, -2), (-1, -2), 0.5, HAIRLINE),
        ("LINEABOVE", (0, -1), (-1, -1), 1, ACCENT),
        ("FONT", (0, -2), (-1, -1), "Inter-SemiBold", 9.5, 13),
        ("TEXTCOLOR", (0, -1), (-1, -1), ACCENT),
    ]
)
LINES = TableStyle(
    [
        *BARE,
        ("FONT", (0, 0), (-1, 0), "Inter-SemiBold", 7.5, 10),
        ("LINEBELOW", (0, 0), (-1, 0), 1, ACCENT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, HAIRLINE),
        ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("TEXTCOLOR", (0, 1), (0, -1), GREY),
        ("TEXTCOLOR", (4, 1), (4, -1), GREY),
    ]
)


class NumberedCanvas(Canvas):
    """Draws the footers at the end, when it is known how many pages there are."""

    def __init__(self, *arguments: Any, content: Content, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._content, self._pages = content, list[dict[str, Any]]()

    def showPage(self) -> None:
        """Keeps the page."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        """Finishes all pages, each with its footer."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._draw_footer(number)
            super().showPage()
        super().save()

    def _draw_footer(self, number: int) -> None:
        self.setStrokeColor(HAIRLINE)
        self.line(LEFT_MARGIN, 70, A4[0] - RIGHT_MARGIN, 70)
        self.setFont("Inter", 6.5)
        self.setFillColor(GREY)
        pages = f"Seite {number} von {len(self._pages)}"
        self.drawRightString(A4[0] - RIGHT_MARGIN, 76, pages)
        for index, column in enumerate(self._content.footer):
            text = self.beginText(LEFT_MARGIN + index * WIDTH / 4, 60)
            text.textLines(column)
            self.drawText(text)


def prepare() -> Draw:
    """Registers the fonts and reads the logo, once."""
    pdfmetrics.registerFont(TTFont("Inter", REGULAR))
    pdfmetrics.registerFont(TTFont("Inter-SemiBold", STRONG))
    logo = ImageReader(LOGO)

    def draw(invoice: Invoice) -> bytes:
        return _draw(content_of(invoice), logo)

    return draw


def _draw(content: Content, logo: ImageReader) -> bytes:
    sink = BytesIO()
    document = SimpleDocTemplate(
        sink,
        pagesize=A4,
        leftMargin=LEFT_MARGIN - FRAME_PADDING,
        rightMargin=RIGHT_MARGIN - FRAME_PADDING,
        topMargin=18 * mm,
        bottomMargin=86,
        title=f"{content.title} {content.number}",
        author=content.seller,
        lang=content.language,
    )

    def draw_logo(canvas: Canvas, _document: object) -> None:
        # Read and unpacked once, where an Image among the flowables would be read each time.
        width, height = logo.getSize()
        size = (130, 130 * height / width)
        canvas.drawImage(logo, LEFT_MARGIN, A4[1] - 18 * mm - size[1], *size, mask="auto")

    document.build(
        [*_head(content), _lines(content), Spacer(0, 10), *_foot(content)],
        onFirstPage=draw_logo,
        canvasmaker=lambda *arguments, **options: NumberedCanvas(
            *arguments, content=content, **options
        ),
    )
    return sink.getvalue()


def _head(content: Content) -> list[Flowable]:
    address = "<br/>".join(content.address)
    left = [Paragraph(content.sender, SMALL), Spacer(0, 4), Paragraph(address, BODY)]
    both = Table([[left, _pairs(content.facts, 95)]], colWidths=(WIDTH * 0.55, WIDTH * 0.45))
    both.setStyle(TableStyle(BARE))
    return [
        Spacer(0, 77),
        both,
        Spacer(0, 18),
        Paragraph(f"{content.title} {content.number}", TITLE),
        Spacer(0, 8),
    ]


def _lines(content: Content) -> Flowable:
    rows: list[list[Any]] = [list(HEAD)]
    for row in content.rows:
        item: list[Flowable] = [Paragraph(row.name, BODY)]
        if row.item_id:
            item.append(Paragraph(row.item_id, SMALL))
        rows.append(
            [row.position, item, row.quantity, row.unit_price, row.tax_rate, row.amount],
        )
    return LongTable(rows, colWidths=COLUMNS, style=LINES, repeatRows=1)


def _foot(content: Content) -> list[Flowable]:
    totals = Table(content.totals, colWidths=(WIDTH * 0.3, WIDTH * 0.15), style=TOTALS)
    both = Table([[_pairs(content.payment, 85), totals]], colWidths=(WIDTH * 0.55, WIDTH * 0.45))
    both.setStyle(TableStyle(BARE))
    return [KeepTogether([both, Spacer(0, 12), Paragraph(content.closing, BODY)])]


def _pairs(pairs: Pairs, label_width: float) -> Table:
    return Table(pairs, colWidths=(label_width, WIDTH * 0.45 - label_width), style=PAIRS)
