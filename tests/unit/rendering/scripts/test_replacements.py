"""What no font draws is said in Latin letters, whole, and the same wherever it is drawn."""

import json
import subprocess
import sys

import pytest
import uharfbuzz
from anyascii import anyascii

from server.domain.branding import Typeface
from server.rendering.typography.faces import Weight
from server.rendering.typography.scripts import set_text, wrap_text
from tests.golden.hashes import digest, invoices
from tests.unit.rendering.scripts.pages import STYLE

WITHOUT_A_FONT = {
    "Bengali": "বাংলা",
    "Tamil": "தமிழ்",
    "Telugu": "తెలుగు",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Gujarati": "ગુજરાતી",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Sinhala": "සිංහල",
    "Khmer": "ខ្មែរ",
    "Lao": "ລາວ",
    "Burmese": "မြန်မာ",
    "Tibetan": "བོད་",
    "Georgian": "ქართული",
    "Armenian": "Հայերեն",
    "Ethiopic": "አማርኛ",
}
#: Prints the hash of each sample that needs no extra, in a process that has none.
_WITHOUT_THE_EXTRA = """
import sys; sys.modules["justmytype_intl_cjk"] = None
import json
from server.domain.errors import OrderRejected
from server.rendering.typography.scripts import check_fonts
from tests.golden.hashes import digest, invoices
found = {}
for name, invoice in invoices():
    try:
        check_fonts(invoice.draft)
    except OrderRejected:
        continue
    found[name] = digest(invoice)
print(json.dumps(found))
"""
_LETTERS = "بتثجحخدذرز"
_SYMBOLS = "سلام ⑩ ♪ 3 ∥ 4 ⇄ ⇒ ∅ ∀ ℵ ㎡ ㎝"
_SYMBOLS_WITHOUT_THE_EXTRA = f"""
import sys; sys.modules["justmytype_intl_cjk"] = None
from tests.unit.rendering.scripts.test_replacements import said
sys.stdout.buffer.write(said({_SYMBOLS!r}).encode())
"""


def said(text: str) -> str:
    """Gives what a line says, from left to right."""
    return "".join(p.text for p in set_text(text, Typeface.INTER, Weight.REGULAR).pieces)


def _run(program: str) -> str:
    environment = {"PYTHONPATH": ".:generated"}
    command = [sys.executable, "-c", program]
    run = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", check=True
    )
    return run.stdout


@pytest.mark.parametrize("text", WITHOUT_A_FONT.values(), ids=WITHOUT_A_FONT)
def test_a_name_without_a_font_keeps_its_vowels(text):
    assert said(text) == anyascii(text)


def test_samples_that_need_no_extra_are_the_same_with_and_without_it():
    without = json.loads(_run(_WITHOUT_THE_EXTRA))
    everything = dict(invoices())
    assert {name: digest(everything[name]) for name in without} == without
    assert 0 < len(without) < len(everything)


def test_symbols_are_the_same_with_and_without_the_extra():
    assert said(_SYMBOLS) == _run(_SYMBOLS_WITHOUT_THE_EXTRA)


@pytest.mark.parametrize("mark", ["\u0f71", "\u0301", "\u064e", "\u09be"])
def test_any_number_of_marks_on_a_letter_is_drawn(mark):
    for letter in ("ཀ", "a", "ب", "茶"):
        assert said(letter + mark * 5000)


def test_a_letter_loses_only_the_mark_that_its_font_lacks():
    assert said("ب\u0f71\u064e") == "ب\u064e"


def test_a_long_text_is_shaped_at_once_and_each_line_once(monkeypatch):
    shaped = []
    shape = uharfbuzz.shape

    def note(font, buffer):
        shaped.append(buffer)
        shape(font, buffer)

    monkeypatch.setattr(uharfbuzz, "shape", note)
    words = " ".join(a + b + c for a in _LETTERS for b in _LETTERS for c in _LETTERS)
    lines = wrap_text(words, STYLE, 300)
    assert len(shaped) <= 1 + len(lines)
