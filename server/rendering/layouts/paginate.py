"""Gives every block its page and place.

A table row is kept whole unless it is taller than a page, and what closes the invoice is kept
whole and in the company of a row, so that no page shows sums without what they sum up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.rendering.layouts.blocks import Block

#: Rows that move on with the closing block, if they can.
_COMPANY = 2
_HEAD_AND_ROW = 2
_SLACK = 0.01  # sums of floats


class Room(NamedTuple):
    """Where content may stand: from first_top on the first page, from next_top on the others."""

    first_top: float
    next_top: float
    bottom: float


#: Where a block's upper edge is, and the block.
Placed = tuple[float, Block]


class _Page:
    """A page that is being filled."""

    __slots__ = ("bottom", "placed", "whole_rows", "y")

    def __init__(self, top: float, bottom: float) -> None:
        self.y, self.bottom = top, bottom + _SLACK
        self.placed: list[Placed] = []
        #: How many of those placed last are whole rows.
        self.whole_rows = 0

    @property
    def left(self) -> float:
        return self.bottom - self.y

    def put(self, block: Block) -> None:
        self.placed.append((self.y, block))
        self.y += block.height

    def take_back(self) -> Block:
        self.y, block = self.placed.pop()
        self.whole_rows -= 1
        return block


def paginate(
    room: Room,
    head: Block,
    rows: Iterable[Block],
    closing: Sequence[Block],
    opening: Sequence[Block] = (),
) -> list[list[Placed]]:
    """Places the opening blocks, the rows under a head on each page, and the closing blocks."""
    pages = [_Page(room.first_top, room.bottom)]
    for block in opening:
        _place_text(pages, room, block)
    _place_rows(pages, room, head, deque(rows))
    _give_company(pages, head)
    for index, block in enumerate(closing):
        if index == 0 and block.height > pages[-1].left:
            _turn_over(pages, room, head, block)
        _place_text(pages, room, block)
    return [page.placed for page in pages]


def _new_page(pages: list[_Page], room: Room) -> _Page:
    pages.append(_Page(room.next_top, room.bottom))
    return pages[-1]


def _place_rows(pages: list[_Page], room: Room, head: Block, rows: deque[Block]) -> None:
    on_fresh_page = room.bottom - room.next_top - head.height + _SLACK
    page, headed = pages[-1], False
    while rows:
        row = rows.popleft()
        above = 0.0 if headed else head.height
        parts: tuple[Block, Block] | None = None
        if above + row.height > page.left:
            if not (page.placed and row.height <= on_fresh_page):
                parts = row.split(page.left - above)
            if parts is None and page.y > room.next_top:
                rows.appendleft(row)
                page, headed = _new_page(pages, room), False
                continue
        if not headed:
            page.put(head)
            headed = True
        if parts is None:
            page.put(row)
            page.whole_rows += 1
        else:
            page.put(parts[0])
            rows.appendleft(parts[1])
            page, headed = _new_page(pages, room), False


def _give_company(pages: list[_Page], head: Block) -> None:
    """Moves a row over to a last page that would show but one, say for the shipping."""
    if len(pages) == 1:
        return
    before, last = pages[-2:]
    alone = last.whole_rows == 1 and len(last.placed) == _HEAD_AND_ROW
    if not alone or before.whole_rows <= _COMPANY:
        return
    row = last.take_back()
    last.take_back()
    for block in (head, before.take_back(), row):
        last.put(block)
    last.whole_rows = _COMPANY


def _place_text(pages: list[_Page], room: Room, block: Block) -> None:
    """Places a block that may go on on the next page."""
    page = pages[-1]
    while block.height > page.left:
        parts = block.split(page.left)
        if parts is not None:
            page.put(parts[0])
            block = parts[1]
        elif page.y <= room.next_top:
            break
        page = _new_page(pages, room)
    page.put(block)


def _turn_over(pages: list[_Page], room: Room, head: Block, block: Block) -> None:
    """Begins the page for the closing block, with the last rows for company if there is room."""
    before = pages[-1]
    left = room.bottom - room.next_top - head.height - block.height + _SLACK
    company: list[Block] = []
    # One row at least stays behind: a page is not emptied to fill the next one.
    while before.whole_rows > 1 and len(company) < _COMPANY:
        left -= before.placed[-1][1].height
        if left < 0:
            break
        company.append(before.take_back())
    page = _new_page(pages, room)
    for row in (head, *reversed(company)) if company else ():
        page.put(row)
