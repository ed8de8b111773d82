"""The few things a layout can do to a page: set text, draw rules, place the logo.

Layouts see nothing else of the PDF library. So how a text becomes PDF operators can be made
faster here, and only here. Lengths are points; y counts down from the page's upper edge.
"""
# ruff: noqa: SLF001 - the canvas has no public way to append operators or add a finished image

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from server.rendering.colours import INK, Colour
from server.rendering.fonts import Weight, face
from server.rendering.images import Logo
from server.rendering.text import clean, width


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: weight, size and distance of its lines, in points."""

    weight: Weight
    size: float
    leading: float
    #: Added behind each character; large type wants to stand closer.
    tracking: float = 0

    def width(self, text: str) -> float:
        """Measures a text set in this style."""
        return width(text, self.weight, self.size) + len(text) * self.tracking


class Pen:
    """Draws on the current page of a canvas."""

    def __init__(self, canvas: Canvas, page_height: float) -> None:
        self._canvas: Any = canvas  # its stubs leave out the parts that the pen works on
        self._page_height = page_height

    def text(self, x: float, y: float, text: str, style: Style, colour: Colour = INK) -> None:
        """Sets a line of text that begins at x, on the base line y."""
        shown = clean(text)
        if not shown:
            return
        font = face(style.weight).font
        document = self._canvas._doc
        operators = [f"BT {colour.fill} 1 0 0 1 {x:.2f} {self._page_height - y:.2f} Tm"]
        if style.tracking:
            operators.append(f"{style.tracking:g} Tc")
        for subset, codes in font.splitString(shown, document):
            name = font.getSubsetInternalName(subset, document)
            operators.append(f"{name} {style.size:g} Tf <{codes.hex()}> Tj")
        operators.append("0 Tc ET" if style.tracking else "ET")
        self._append(" ".join(operators))

    def text_right(self, x: float, y: float, text: str, style: Style, colour: Colour = INK) -> None:
        """Sets a line of text that ends at x."""
        self.text(x - style.width(text), y, text, style, colour)

    def rule(
        self, left: float, right: float, y: float, colour: Colour, weight: float = 0.5
    ) -> None:
        """Draws a horizontal line."""
        level = f"{self._page_height - y:.2f}"
        self._append(f"{colour.stroke} {weight:g} w {left:.2f} {level} m {right:.2f} {level} l S")

    def bars(
        self, left: float, top: float, module: float, runs: Sequence[tuple[int, int, int]]
    ) -> None:
        """Fills dark runs of a code: column, row and length in modules of this side."""
        high = self._page_height - top
        operators = [f"q 0 0 0 rg {module:.4f} 0 0 {-module:.4f} {left:.2f} {high:.2f} cm"]
        operators += [f"{column} {row} {length} 1 re" for column, row, length in runs]
        self._append(" ".join([*operators, "f Q"]))

    def logo(self, left: float, top: float, width: float, height: float, logo: Logo) -> None:
        """Places the logo, stretched to width and height."""
        name = f"logo-{logo.sha256}"
        self._canvas._doc.addForm(name, self._image(logo))
        self._canvas._formsinuse.append(name)
        low = self._page_height - top - height
        internal = self._canvas._doc.getXObjectName(name)
        self._append(f"q {width:.2f} 0 0 {height:.2f} {left:.2f} {low:.2f} cm /{internal} Do Q")

    def _image(self, logo: Logo) -> pdfdoc.PDFStream:
        image = _image_stream(logo, "DeviceRGB", logo.rgb)
        if logo.alpha is not None:
            mask = _image_stream(logo, "DeviceGray", logo.alpha)
            image.dictionary["SMask"] = self._canvas._doc.Reference(mask, f"mask-{logo.sha256}")
        return image

    def _append(self, operators: str) -> None:
        self._canvas._code.append(operators)


def _image_stream(logo: Logo, colour_space: str, samples: bytes) -> pdfdoc.PDFStream:
    entries = {
        "Type": pdfdoc.PDFName("XObject"),
        "Subtype": pdfdoc.PDFName("Image"),
        "Width": logo.width,
        "Height": logo.height,
        "BitsPerComponent": 8,
        "ColorSpace": pdfdoc.PDFName(colour_space),
        "Filter": pdfdoc.PDFName("FlateDecode"),
    }
    return pdfdoc.PDFStream(dictionary=pdfdoc.PDFDictionary(entries), content=samples)
