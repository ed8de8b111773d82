"""The pen: what is drawn stands where it was drawn, and says what was written."""

import io
from contextlib import closing
from datetime import UTC, datetime

import pypdfium2
import pytest

from server.domain.branding import Typeface
from server.rendering.colours import INK, colour
from server.rendering.pdf.archive import About
from server.rendering.pdf.file import Content, write_file
from server.rendering.pdf.kit import kit_for
from server.rendering.pdf.pen import Pen, UsedFonts, recorded
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.style import Style

WIDTH, HEIGHT = 400, 300
REGULAR = Style(face(Typeface.INTER, Weight.REGULAR), 10, 14)
STRONG = Style(face(Typeface.INTER, Weight.STRONG), 20, 24, tracking=-0.4)
ABOUT = About("T", "A", "S", "de", datetime(2025, 11, 3, tzinfo=UTC))


def page(*draw):
    """Draws a page with each of some functions and opens it."""
    fonts = UsedFonts()
    pen = Pen(HEIGHT, fonts)
    for one in draw:
        one(pen)
    kit = kit_for(Typeface.INTER, None)
    return write_file(kit, Content(WIDTH, HEIGHT, [pen], fonts, ABOUT, None, "seed"))


def text_of(*draw):
    with closing(pypdfium2.PdfDocument(page(*draw))) as pdf:
        return pdf[0].get_textpage().get_text_range()


def box_of(*draw):
    """Gives left, bottom, right and top of all that is drawn."""
    with closing(pypdfium2.PdfDocument(page(*draw))) as pdf:
        boxes = [item.get_bounds() for item in pdf[0].get_objects()]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def colour_at(document, x, y):
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        return pdf[0].render(scale=1).to_pil().convert("RGB").getpixel((x, y))


@pytest.mark.parametrize(
    "text",
    [
        "Hemd",
        "(a) \\ [b]",
        "Größe • 5 € – „gut“",
        "Żółć Ελιά Чай",
        "ohne Ελιά und wieder",
        "עברית",
        "青い Hemd",
    ],
)
def test_a_text_is_read_as_it_was_written(text):
    assert text_of(lambda pen: pen.text(50, 50, text, REGULAR)) == text


def test_a_text_stands_on_its_base_line():
    left, bottom, _, top = box_of(lambda pen: pen.text(50, 80, "HHH", STRONG))
    assert left == pytest.approx(50, abs=3)
    assert bottom == pytest.approx(HEIGHT - 80, abs=0.5)
    assert top > bottom + 12


@pytest.mark.parametrize("text", ["1.234,56 €", "Ελιά 12", "Żółć", "שלום", "Hemd 茶"])
@pytest.mark.parametrize("style", [REGULAR, STRONG])
def test_a_text_ends_where_it_is_told_to(text, style):
    _, _, right, _ = box_of(lambda pen: pen.text_right(300, 80, text, style))
    assert right == pytest.approx(300, abs=3)


def test_lines_stand_below_each_other():
    two = box_of(lambda pen: pen.lines(50, 80, ["HH", "HH"], REGULAR))
    one = box_of(lambda pen: pen.text(50, 80, "HH", REGULAR))
    assert two[3] == pytest.approx(one[3], abs=0.1)
    assert one[1] - two[1] == pytest.approx(REGULAR.leading, abs=0.1)


def test_cells_say_the_same_as_texts():
    green = colour(0, 0.5, 0)
    cells = [(50.0, "eins", INK), (90.0, "", INK), (130.0, "Ελιά", green), (200.0, "drei", INK)]

    def one_by_one(pen):
        for x, text, ink in cells:
            pen.text(x, 80, text, REGULAR, ink)

    assert text_of(lambda pen: pen.cells(80, REGULAR, cells)) == text_of(one_by_one)
    assert box_of(lambda pen: pen.cells(80, REGULAR, cells)) == box_of(one_by_one)


def test_an_empty_text_draws_nothing():
    assert text_of(lambda pen: pen.text(50, 50, "", REGULAR)) == ""


def test_a_piece_that_is_replayed_is_as_if_it_were_drawn():
    def draw(pen):
        pen.text(50, 80, "Hemd Ελιά 茶", REGULAR)
        pen.rule(40, 200, 90, INK)

    def before(pen):
        pen.text(50, 40, "vor", STRONG)

    def after(pen):
        pen.text(50, 120, "nach", STRONG)

    piece = recorded(HEIGHT, draw)
    replayed = page(before, lambda pen: pen.replay(piece), after)
    with closing(pypdfium2.PdfDocument(io.BytesIO(replayed))) as pdf:
        assert len(list(pdf[0].get_objects())) >= 4
    texts = text_of(before, draw, after)
    assert text_of(before, lambda pen: pen.replay(piece), after) == texts
    boxes = box_of(before, draw, after)
    assert box_of(before, lambda pen: pen.replay(piece), after) == boxes


def test_a_panel_lies_below_text_that_was_set_before_it():
    def set_text(pen):
        pen.text(50, 80, "HHH", STRONG)

    def cover(pen):
        pen.panel(0, 0, WIDTH, HEIGHT, INK)

    assert text_of(set_text, cover) == "HHH"
    operators = Pen(HEIGHT, UsedFonts())
    set_text(operators)
    cover(operators)
    assert operators.operators().index(b" re f") < operators.operators().index(b"(HHH)")


def test_a_rule_and_a_code_are_where_they_are_drawn():
    document = page(
        lambda pen: pen.rule(50, 350, 100, INK, weight=6),
        lambda pen: pen.bars(200, 150, 10, [(0, 0, 5), (0, 4, 1)]),
    )
    assert max(colour_at(document, 200, 100)) < 60
    assert colour_at(document, 225, 155) == (0, 0, 0)
    assert colour_at(document, 205, 195) == (0, 0, 0)
    assert colour_at(document, 225, 195) == (255, 255, 255)


def test_turned_text_rises():
    left, bottom, right, top = box_of(
        lambda pen: pen.text_rotated(50, 250, "ENTWURF", STRONG, INK, 45)
    )
    assert top - bottom == pytest.approx(right - left, rel=0.1)
    assert bottom > HEIGHT - 260
