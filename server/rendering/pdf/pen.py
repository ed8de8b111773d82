"""The few things a layout can do to a page: set text, draw rules, fill areas, place the logo.

Layouts see nothing else of the file. What they draw becomes PDF operators at once, as text;
nothing is kept that could be drawn again. Lengths are points; y counts down from the page's upper
edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, radians, sin

from server.rendering.colours import INK, Colour
from server.rendering.pdf.kit import LOGO_RESOURCE
from server.rendering.typography.cleaning import plain
from server.rendering.typography.faces import ByteFont, Face
from server.rendering.typography.scripts import Plain, ScriptFont, set_text, show
from server.rendering.typography.style import Style


@dataclass(slots=True)
class UsedFonts:
    """Which fonts the pages of a document use beyond those of its kit."""

    #: In the order of first use.
    parts: dict[tuple[Face, ByteFont], None] = field(default_factory=dict)
    #: Glyphs by script font, and what each one says.
    glyphs: dict[ScriptFont, dict[int, str]] = field(default_factory=dict)

    def add_glyphs(self, font: ScriptFont, glyphs: Mapping[int, str]) -> None:
        """Adds glyphs of a script font."""
        known = self.glyphs.setdefault(font, {})
        for glyph, text in glyphs.items():
            known.setdefault(glyph, text)

    def add(self, other: UsedFonts) -> None:
        """Adds all that another one has."""
        self.parts.update(other.parts)
        for font, glyphs in other.glyphs.items():
            self.add_glyphs(font, glyphs)


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A piece of a page that was drawn once, to be put on many."""

    shapes: str
    texts: str
    fonts: UsedFonts


def recorded(page_height: float, draw: Callable[[Pen], None]) -> Drawing:
    """Draws a piece of a page of this height, for `Pen.replay`."""
    pen = Pen(page_height, UsedFonts())
    draw(pen)
    return pen.record()


class Pen:
    """Draws on one page. Shapes come to lie below all text."""

    def __init__(self, page_height: float, fonts: UsedFonts) -> None:
        """Begins an empty page; its fonts are noted in `fonts`."""
        self._page_height = page_height
        self._fonts = fonts
        self._shapes: list[str] = []
        self._texts: list[str] = []
        #: How the place of a text begins by its x, which repeats down a column.
        self._begins: dict[float, str] = {}
        #: What the last text was set in, so that it need not be said again.
        self._style: Style | None = None
        self._colour: Colour | None = None

    def text(self, x: float, y: float, text: str, style: Style, colour: Colour = INK) -> None:
        """Sets a line of text that begins at x, on the base line y."""
        place = f"1 0 0 1 {x:.2f} {self._page_height - y:.2f} Tm"
        self._set(self._texts, place, text, style, colour)

    def text_right(self, x: float, y: float, text: str, style: Style, colour: Colour = INK) -> None:
        """Sets a line of text that ends at x."""
        self.text(x - style.width(text), y, text, style, colour)

    def lines(
        self, x: float, y: float, lines: Sequence[str], style: Style, colour: Colour = INK
    ) -> None:
        """Sets lines of text below each other that begin at x, the first on the base line y."""
        begin, level = f"1 0 0 1 {x:.2f}", self._page_height - y
        for line in lines:
            self._set(self._texts, f"{begin} {level:.2f} Tm", line, style, colour)
            level -= style.leading

    def cells(self, y: float, style: Style, cells: Iterable[tuple[float, str, Colour]]) -> None:
        """Sets texts beside each other on the base line y, each from the x where it begins."""
        level = f"{self._page_height - y:.2f} Tm"
        is_common, append = style.face.common.issuperset, self._texts.append
        begins = self._begins
        for x, text, colour in cells:
            begin = begins.get(x)
            if begin is None:
                begin = begins[x] = f"1 0 0 1 {x:.2f}"
            place = f"{begin} {level}"
            # Most texts of an invoice stand in cells: what `_set` does for them is done here.
            if text and style is self._style and is_common(text):
                if colour is not self._colour:
                    append(colour.fill)
                    self._colour = colour
                append(f"{place} ({text}) Tj")
            else:
                self._set(self._texts, place, text, style, colour)

    def text_rotated(
        self, x: float, y: float, text: str, style: Style, colour: Colour, degrees: float
    ) -> None:
        """Sets a line of text below everything else, turned counterclockwise about its begin."""
        c, s = cos(radians(degrees)), sin(radians(degrees))
        place = f"{c:.4f} {s:.4f} {-s:.4f} {c:.4f} {x:.2f} {self._page_height - y:.2f} Tm"
        self._style = None
        self._shapes.append("BT")
        self._set(self._shapes, place, text, style, colour)
        self._shapes.append("ET")
        self._style = None

    def rule(
        self, left: float, right: float, y: float, colour: Colour, weight: float = 0.5
    ) -> None:
        """Draws a horizontal line."""
        level = f"{self._page_height - y:.2f}"
        self._shapes.append(
            f"{colour.stroke} {weight:g} w {left:.2f} {level} m {right:.2f} {level} l S"
        )

    def panel(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        """Fills a rectangle."""
        low = self._page_height - top - height
        self._shapes.append(f"{colour.fill} {left:.2f} {low:.2f} {width:.2f} {height:.2f} re f")

    def bars(
        self, left: float, top: float, module: float, runs: Sequence[tuple[int, int, int]]
    ) -> None:
        """Fills dark runs of a code: column, row and length in modules of this side."""
        high = self._page_height - top
        self._shapes.append(f"q 0 0 0 rg {module:.4f} 0 0 {-module:.4f} {left:.2f} {high:.2f} cm")
        self._shapes += [f"{column} {row} {length} 1 re" for column, row, length in runs]
        self._shapes.append("f Q")

    def logo(self, left: float, top: float, width: float, height: float) -> None:
        """Places the logo of the file's kit, stretched to width and height."""
        low = self._page_height - top - height
        self._shapes.append(
            f"q {width:.2f} 0 0 {height:.2f} {left:.2f} {low:.2f} cm /{LOGO_RESOURCE} Do Q"
        )

    def replay(self, drawing: Drawing) -> None:
        """Puts a recorded piece where it was drawn."""
        self._shapes.append(drawing.shapes)
        self._texts.append(drawing.texts)
        self._fonts.add(drawing.fonts)
        self._style = None

    def record(self) -> Drawing:
        """Gives what was drawn so far."""
        return Drawing("\n".join(self._shapes), "\n".join(self._texts), self._fonts)

    def operators(self) -> bytes:
        """Gives the page's content stream."""
        return "\n".join((*self._shapes, "BT", *self._texts, "ET")).encode("latin-1")

    def _set(
        self, operators: list[str], place: str, text: str, style: Style, colour: Colour
    ) -> None:
        if not text:
            return
        if style is not self._style or colour is not self._colour:
            operators.append(f"{style.operators} {colour.fill}")
            self._style, self._colour = style, colour
        if style.face.common.issuperset(text):
            # The codes of common characters are the characters: the page is ISO 8859-1.
            operators.append(f"{place} ({text}) Tj")
            return
        if style.face.first.issuperset(text):
            operators.append(f"{place} ({text.translate(style.face.recoded)}) Tj")
            return
        cleaned = plain(text, style.face)
        operators.append(place)
        if cleaned is not None:
            self._show_parts(operators, cleaned, style)
        else:
            self._show_scripts(operators, text, style)
        self._style = None

    def _show_parts(self, operators: list[str], text: str, style: Style) -> None:
        """Shows plain text by as many of the face's fonts as it takes."""
        face, shown, codes = style.face, style.face.fonts[0], ""
        for character in text:
            font, code = face.places[character]
            if font is not shown:
                operators.append(f"({codes}) Tj /{font.resource} {style.size:g} Tf")
                shown, codes = font, ""
                if font is not face.fonts[0]:
                    self._fonts.parts[face, font] = None
            codes += code
        operators.append(f"({codes}) Tj")

    def _show_scripts(self, operators: list[str], text: str, style: Style) -> None:
        """Shows text that takes fonts of other scripts, from left to right."""
        operators.append("0 Tc")  # letters that join must not be tracked apart
        main = f"/{style.face.fonts[0].resource} {style.size:g} Tf"
        for piece in set_text(text, style.face.typeface, style.face.weight).pieces:
            if isinstance(piece, Plain):
                operators.append(main)
                self._show_parts(operators, piece.text, style)
            else:
                operators.append(show(piece, piece.font.resource, style.size))
                self._fonts.add_glyphs(piece.font, {g.id: g.text for g in piece.glyphs})
