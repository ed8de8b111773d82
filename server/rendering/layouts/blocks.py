"""Blocks: pieces of a page that know their height and how to draw themselves.

Parts of the page make blocks, the paginator puts them somewhere. Nothing is drawn before all
blocks have their place, so the number of pages is known when the first one is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from server.rendering.colours import INK, Colour
from server.rendering.layouts.design import BASE
from server.rendering.pdf.pen import Pen
from server.rendering.typography.style import Style


class Block(Protocol):
    """A piece of a page."""

    #: In points.
    height: float

    def draw(self, pen: Pen, y: float) -> None:
        """Draws it with its upper edge at y."""
        ...

    def split(self, room: float, /) -> tuple[Block, Block] | None:
        """Divides it into a part of at most this height and the rest; None if it cannot."""
        ...


class Whole:
    """A block that stays whole."""

    __slots__ = ("height",)
    height: float

    def split(self, _room: float, /) -> tuple[Block, Block] | None:
        """Tells that it cannot be divided."""
        return None


class Piece(Whole):
    """A block that is drawn by a function, or by nothing."""

    __slots__ = ("_draw",)

    def __init__(self, height: float, draw: Callable[[Pen, float], None] | None = None) -> None:
        """Takes the height and what draws it with its upper edge at a y."""
        self.height = height
        self._draw = draw

    def draw(self, pen: Pen, y: float) -> None:
        """Draws it with its upper edge at y."""
        if self._draw is not None:
            self._draw(pen, y)


class Lines:
    """Lines of text; they can be split between any two."""

    __slots__ = ("_colour", "_lines", "_style", "_x", "height")

    def __init__(self, x: float, lines: Sequence[str], style: Style, colour: Colour = INK) -> None:
        self.height = len(lines) * style.leading
        self._x, self._lines, self._style, self._colour = x, lines, style, colour

    def draw(self, pen: Pen, y: float) -> None:
        """Draws them with their upper edge at y."""
        base = y + BASE * self._style.leading
        pen.lines(self._x, base, self._lines, self._style, self._colour)

    def split(self, room: float) -> tuple[Block, Block] | None:
        """Divides them into as many lines as fit and the rest."""
        fitting = int(room / self._style.leading)
        if not 0 < fitting < len(self._lines):
            return None
        parts = self._lines[:fitting], self._lines[fitting:]
        first, rest = (Lines(self._x, part, self._style, self._colour) for part in parts)
        return first, rest


class Stack:
    """Blocks below each other; it can be split between any two, or inside one."""

    __slots__ = ("_blocks", "height")

    def __init__(self, *blocks: Block) -> None:
        self._blocks = blocks
        # Not by sum(), which adds fractions in another way since Python 3.12.
        self.height = 0.0
        for block in blocks:
            self.height += block.height

    def draw(self, pen: Pen, y: float) -> None:
        """Draws them with the first one's upper edge at y."""
        for block in self._blocks:
            block.draw(pen, y)
            y += block.height

    def split(self, room: float) -> tuple[Block, Block] | None:
        """Divides it behind the last block that fits, or inside the next one."""
        blocks, used = self._blocks, 0.0
        for index, block in enumerate(blocks):
            if used + block.height <= room:
                used += block.height
                continue
            parts = block.split(room - used)
            if parts is not None:
                return Stack(*blocks[:index], parts[0]), Stack(parts[1], *blocks[index + 1 :])
            return (Stack(*blocks[:index]), Stack(*blocks[index:])) if index else None
        return None


class Beside:
    """Blocks next to each other; where they must be split, the left ones follow the right."""

    __slots__ = ("_blocks", "height")

    def __init__(self, *blocks: Block) -> None:
        """Takes the blocks from left to right."""
        self._blocks = blocks
        self.height = max([block.height for block in blocks])

    def draw(self, pen: Pen, y: float) -> None:
        """Draws all of them with their upper edge at y."""
        for block in self._blocks:
            block.draw(pen, y)

    def split(self, room: float) -> tuple[Block, Block] | None:
        """Divides them as if they stood below each other."""
        return Stack(*reversed(self._blocks)).split(room)
