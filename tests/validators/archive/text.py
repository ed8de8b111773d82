"""The text: every glyph is there, says the right characters, and readers find them in order."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby

import pikepdf
import pypdfium2

from tests.validators.archive.content import Shown, shown_on
from tests.validators.archive.fonts import Font, Program, read_font, source_of
from tests.validators.archive.shipped import shipped_outline
from tests.validators.archive.tools import run

#: Characters that draw nothing, so that a glyph without an outline is right.
_BLANK = ("Z", "C")
_SHAPED = ("THAI", "DEVANAGARI")
#: Directions of letters that are written from right to left: Hebrew and its like, Arabic.
_LEFTWARD = ("R", "AL")
_EXCERPT = 30  # characters


def text_problems(pdf: pikepdf.Pdf, source: bytes) -> tuple[str, list[str]]:
    """Gives the text that is drawn, line by line, and what is wrong with it."""
    reader = _Reader()
    drawn = "\n".join(reader.text_of(page) for page in pdf.pages)
    problems = [*dict.fromkeys(reader.problems)]
    # As it was drawn; what is written from right to left only comes right by where it is.
    order = () if _is_leftward(drawn) else ("-raw",)
    problems += _differences("pdftotext", drawn, _by_poppler(source, *order))
    problems += _differences("pdfium", drawn, _by_pdfium(source))
    return drawn, problems


def squeezed(text: str) -> str:
    """Leaves out blanks and characters without a shape; what is composed, is one character."""
    kept = "".join(c for c in text if unicodedata.category(c)[0] not in _BLANK)
    return unicodedata.normalize("NFKC", kept)


def in_reading_order(parts: Iterable[str]) -> Iterator[str]:
    """Turns words that are written from right to left round: glyphs stand as they are seen."""
    for may_turn, group in groupby(parts, key=_is_leftward_or_mark):
        word = [*group]
        yield from reversed(word) if may_turn and any(map(_is_leftward, word)) else word


def _is_leftward_or_mark(text: str) -> bool:
    return _is_leftward(text) or any(map(unicodedata.combining, text))


def _is_leftward(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in _LEFTWARD for character in text)


class _Reader:
    """Reads pages; keeps fonts and what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._fonts: dict[tuple[int, int], Font] = {}

    def text_of(self, page: pikepdf.Page) -> str:
        parts = [part for shown in shown_on(page) for part in self._said(shown)]
        return "".join(in_reading_order(parts))

    def _said(self, shown: Shown) -> list[str]:
        """Gives the texts of the glyphs of a string, or the one that they are replaced by."""
        if not shown.codes:
            return [shown.instead or ""]
        font = self._font(shown.font)
        judged = [_judged(font, code) for code in font.codes(shown.codes)]
        replaced = shown.instead is not None
        for _, problems in judged:
            # What replaces a text says what its glyphs need not say.
            self.problems += [p for p in problems if not (replaced and p.startswith("unmapped"))]
        return [] if replaced else [text for text, _ in judged]

    def _font(self, dictionary: pikepdf.Object) -> Font:
        font = self._fonts.get(dictionary.objgen)
        if font is None:
            font = self._fonts[dictionary.objgen] = read_font(source_of(dictionary))
            if font.program is None:
                self.problems.append(f"fonts: {font.name} is not embedded")
        return font


@lru_cache(maxsize=8192)
def _judged(font: Font, code: int) -> tuple[str, list[str]]:
    """Gives the characters that a code stands for, and what is wrong with it."""
    problems = []
    text = font.characters.get(code)
    if text is None:
        problems.append(f"unmapped: {font.name} does not say what code {code:#x} is")
        text = "\N{REPLACEMENT CHARACTER}"
    if font.program is not None:
        problems += _glyph_problems(font, font.program, code, text)
    return text, problems


def _glyph_problems(font: Font, program: Program, code: int, text: str) -> Iterator[str]:
    glyph = font.glyph_of(code)
    if not glyph:
        yield f"notdef: {font.name} has no glyph for code {code:#x}, {text!r}"
        return
    outline = program.outline(glyph)
    # A letter of Arabic may be drawn by its neighbour.
    if squeezed(text) and not outline and not _is_leftward(text):
        yield f"blank: {font.name} shows nothing for {text!r}"
    expected = shipped_outline(font.name, text)
    if outline != expected and (font.width == 1 or (expected and not _is_shaped(text))):
        yield f"shape: code {code:#x} of {font.name} does not look like {text!r}"


def _is_shaped(text: str) -> bool:
    """Tells whether a character looks different beside others."""
    return unicodedata.bidirectional(text) == "AL" or unicodedata.name(text).startswith(_SHAPED)


def _differences(program: str, drawn: str, found: str) -> Iterator[str]:
    if _is_leftward(drawn):
        yield from _differences_in_words(program, drawn, found)
    elif squeezed(drawn) != squeezed(found):
        yield _first_difference(program, squeezed(drawn), squeezed(found))


def _first_difference(program: str, drawn: str, found: str) -> str:
    changes = SequenceMatcher(None, drawn, found, autojunk=False).get_opcodes()
    a, b, c, d = next(places for kind, *places in changes if kind != "equal")
    around, was, becomes = drawn[max(a - _EXCERPT, 0) : a], drawn[a:b], found[c:d]
    return f"{program}: after {around!r}, {was[:_EXCERPT]!r} is drawn, {becomes[:_EXCERPT]!r} found"


def _differences_in_words(program: str, drawn: str, found: str) -> Iterator[str]:
    """Compares where lines are read in two directions, which every program orders in its way."""
    characters, others = Counter(squeezed(drawn)), Counter(squeezed(found))
    if characters != others:
        yield f"{program}: {characters - others} is drawn too often, {others - characters} found"
    text = squeezed(found)
    for is_leftward, letters in groupby(drawn, key=_is_leftward):
        word = "".join(letters)
        if is_leftward and squeezed(word) not in text:
            yield f"{program}: {word!r} is not found"


def _by_poppler(source: bytes, *order: str) -> str:
    found = run("pdftotext", *order, "-enc", "UTF-8", "-", "-", given=source)
    return found.stdout.decode("utf-8", "replace")


def _by_pdfium(source: bytes) -> str:
    with closing(pypdfium2.PdfDocument(source)) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)
