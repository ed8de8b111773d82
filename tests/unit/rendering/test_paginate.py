"""Which block comes onto which page."""

from server.rendering.layout.blocks import Block, stack, text_lines
from server.rendering.layout.measures import TEXT
from server.rendering.layout.paginate import Room, paginate

ROOM = Room(first_top=60, next_top=20, bottom=100)


def block(height):
    return Block(height, lambda _pen, _y: None)


HEAD = block(10)


def heights(pages):
    return [[placed.block.height for placed in page] for page in pages]


def test_what_fits_stays_on_one_page():
    pages = paginate(ROOM, HEAD, [block(10), block(10)], [block(10)])
    assert heights(pages) == [[10, 10, 10, 10]]
    assert [placed.y for placed in pages[0]] == [60, 70, 80, 90]


def test_each_page_of_rows_begins_with_the_head():
    pages = paginate(ROOM, HEAD, [block(15)] * 6, [block(1)])
    assert heights(pages) == [[10, 15, 15], [10, 15, 15, 15, 15, 1]]
    assert all(page[0].block is HEAD for page in pages)


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
    tall = text_lines(0, ["line"] * 12, TEXT)
    pages = paginate(ROOM, HEAD, [tall], [block(1)])
    assert len(pages) == 3
    drawn = sum(placed.block.height for page in pages for placed in page)
    assert round(drawn - 3 * HEAD.height - 1 - tall.height, 6) == 0


def test_what_can_neither_fit_nor_be_split_is_still_placed():
    assert heights(paginate(ROOM, HEAD, [block(500)], [block(400)])) == [[], [10, 500], [400]]


def test_a_stack_splits_between_its_blocks_and_inside_one():
    parts = stack([block(10), block(10)]).split(15)
    assert parts is not None
    assert [part.height for part in parts] == [10, 10]
    lines = text_lines(0, ["a", "b", "c"], TEXT)
    parts = stack([block(10), lines]).split(10 + 2.5 * TEXT.leading)
    assert parts is not None
    assert [round(part.height, 6) for part in parts] == [
        round(10 + 2 * TEXT.leading, 6),
        round(TEXT.leading, 6),
    ]
