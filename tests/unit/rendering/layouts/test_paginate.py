"""Which block comes onto which page."""

from server.domain.branding import Paper, Typeface
from server.rendering.layouts.blocks import Beside, Lines, Piece, Stack
from server.rendering.layouts.letterhead import design
from server.rendering.layouts.paginate import Room, paginate

TEXT = design(Paper.A4, Typeface.INTER).styles.text
ROOM = Room(first_top=60, next_top=20, bottom=100)


def block(height):
    return Piece(height)


HEAD = block(10)


def heights(pages):
    return [[block.height for _, block in page] for page in pages]


def test_what_fits_stays_on_one_page():
    pages = paginate(ROOM, HEAD, [block(10), block(10)], [block(10)])
    assert heights(pages) == [[10, 10, 10, 10]]
    assert [y for y, _ in pages[0]] == [60, 70, 80, 90]


def test_each_page_of_rows_begins_with_the_head():
    pages = paginate(ROOM, HEAD, [block(15)] * 6, [block(1)])
    assert heights(pages) == [[10, 15, 15], [10, 15, 15, 15, 15, 1]]
    assert all(page[0][1] is HEAD for page in pages)


def test_the_closing_takes_two_rows_along_to_a_new_page():
    pages = paginate(ROOM, HEAD, [block(9), block(10), block(11)], [block(30)])
    assert heights(pages) == [[10, 9], [10, 10, 11, 30]]


def test_the_closing_takes_fewer_rows_along_where_there_is_no_room():
    pages = paginate(ROOM, HEAD, [block(9), block(10), block(11)], [block(55)])
    assert heights(pages) == [[10, 9, 10], [10, 11, 55]]


def test_the_closing_leaves_a_row_behind():
    assert heights(paginate(ROOM, HEAD, [block(30)], [block(30)])) == [[10, 30], [30]]


def test_a_row_alone_on_the_last_page_gets_company():
    pages = paginate(ROOM, HEAD, [block(10)] * 4, [block(1)])
    assert heights(pages) == [[10, 10, 10], [10, 10, 10, 1]]


def test_a_row_taller_than_a_page_is_split():
    tall = Lines(0, ["line"] * 12, TEXT)
    pages = paginate(ROOM, HEAD, [tall], [block(1)])
    assert len(pages) == 3
    drawn = sum(block.height for page in pages for _, block in page)
    assert round(drawn - 3 * HEAD.height - 1 - tall.height, 6) == 0


def test_what_can_neither_fit_nor_be_split_is_still_placed():
    assert heights(paginate(ROOM, HEAD, [block(500)], [block(400)])) == [[], [10, 500], [400]]


def test_a_stack_splits_between_its_blocks_and_inside_one():
    parts = Stack(block(10), block(10)).split(15)
    assert parts is not None
    assert [part.height for part in parts] == [10, 10]
    lines = Lines(0, ["a", "b", "c"], TEXT)
    parts = Stack(block(10), lines).split(10 + 2.5 * TEXT.leading)
    assert parts is not None
    assert [round(part.height, 6) for part in parts] == [
        round(10 + 2 * TEXT.leading, 6),
        round(TEXT.leading, 6),
    ]


def test_blocks_beside_each_other_are_split_below_each_other():
    parts = Beside(block(30), block(10)).split(15)
    assert parts is not None
    assert [part.height for part in parts] == [10, 30]


def test_an_opening_text_stands_above_the_tables_head():
    pages = paginate(ROOM, HEAD, [block(10)], [block(1)], [block(5)])
    assert heights(pages) == [[5, 10, 10, 1]]


def test_an_opening_text_longer_than_a_page_goes_on_on_the_next():
    opening = Lines(0, ["line"] * 8, TEXT)
    pages = paginate(ROOM, HEAD, [block(10)], [block(1)], [opening])
    assert len(pages) == 2
    assert sum(heights(pages)[0]) <= ROOM.bottom - ROOM.first_top
    assert heights(pages)[1][1:] == [10, 10, 1]


def test_a_row_that_an_opening_text_leaves_no_room_goes_to_the_next_page_with_the_head():
    pages = paginate(ROOM, HEAD, [block(10)], [block(1)], [block(35)])
    assert heights(pages) == [[35], [10, 10, 1]]
