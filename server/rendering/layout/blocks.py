"""Blocks: pieces of a page that know their height and how to draw themselves.

Parts of the page make blocks, the paginator puts them somewhere. Nothing is drawn before all
blocks have their place, so the number of pages is known when the first one is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.rendering.colours import INK, Colour
from server.rendering.pen import Pen, Style

#: Base line of a line of text, as a part of its leading.
BASE = 0.74


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page."""

    height: float
    #: Draws it with its upper edge at the given y.
    draw: Callable[[Pen, float], None]
    #: Divides it into a part of at most the given height and the rest; None if it cannot.
    split: Callable[[float], tuple[Block, Block] | None] = lambda _room: None


def space(height: float) -> Block:
    """Makes an empty block."""
    return Block(height, lambda _pen, _y: None)


def text_lines(x: float, lines: Sequence[str], style: Style, colour: Colour = INK) -> Block:
    """Makes a block of lines of text; it can be split between any two."""

    def draw(pen: Pen, y: float) -> None:
        for index, line in enumerate(lines):
            pen.text(x, y + (index + BASE) * style.leading, line, style, colour)

    def split(room: float) -> tuple[Block, Block] | None:
        fitting = int(room / style.leading)
        if not 0 < fitting < len(lines):
            return None
        return (
            text_lines(x, lines[:fitting], style, colour),
            text_lines(x, lines[fitting:], style, colour),
        )

    return Block(len(lines) * style.leading, draw, split)


def stack(blocks: Sequence[Block]) -> Block:
    """Puts blocks below each other; the stack can be split between any two, or inside one."""

    def draw(pen: Pen, y: float) -> None:
        for block in blocks:
            block.draw(pen, y)
            y += block.height

    def split(room: float) -> tuple[Block, Block] | None:
        used = 0.0
        for index, block in enumerate(blocks):
            if used + block.height <= room:
                used += block.height
                continue
            parts = block.split(room - used)
            if parts is not None:
                return stack([*blocks[:index], parts[0]]), stack([parts[1], *blocks[index + 1 :]])
            return (stack(blocks[:index]), stack(blocks[index:])) if index else None
        return None

    return Block(sum(block.height for block in blocks), draw, split)


def beside(left: Block, right: Block) -> Block:
    """Puts two blocks next to each other; where they must be split, one follows the other."""

    def draw(pen: Pen, y: float) -> None:
        left.draw(pen, y)
        right.draw(pen, y)

    return Block(max(left.height, right.height), draw, stack([right, left]).split)
