"""Files that show other scripts are valid, can be read back, and are the same everywhere."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import page as page_validation
import pytest

from server.domain.branding import Typeface
from server.rendering.typography.faces import Weight
from server.rendering.typography.scripts.setting import set_text
from tests.unit.rendering.scripts.pages import STYLES, file_of, read_back

LINES = (
    "مرحبا بالعالم",
    "السلام عليكم",
    "שלום (עולם) 123 ABC",
    "น้ำปลา ที่ กำลัง Thai",
    "हिन्दी क्षत्रिय प्राप्ति",
    "東京都渋谷区、株式会社「テスト」。",
    "简体中文 學習",
    "안녕하세요 ABC",
    "Tea q̃ Ñandú",
)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("weight", Weight)
def test_what_a_page_shows_can_be_read_back(line, weight):
    style = STYLES[Typeface.NOTO_SANS, weight]
    assert read_back(file_of(line, style=style)) == [line]


@pytest.mark.parametrize("typeface", Typeface)
def test_a_file_with_all_scripts_is_a_valid_archive(typeface, tmp_path):
    path = tmp_path / "scripts.pdf"
    path.write_bytes(file_of(*LINES, style=STYLES[typeface, Weight.REGULAR]))
    report = str(page_validation.validate_pdf(str(path), profile="3b"))
    assert "Checks: 0 failed" in report, report


def test_only_the_glyphs_that_are_used_are_embedded():
    assert len(file_of("茶")) - len(file_of("t")) < 5_000


def test_the_same_lines_make_the_same_file_in_every_thread_and_process():
    expected = hashlib.sha256(file_of(*LINES)).hexdigest()
    set_text.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        files = list(threads.map(lambda _: file_of(*LINES), range(8)))
    assert {hashlib.sha256(file).hexdigest() for file in files} == {expected}
    program = (
        "import hashlib; from tests.unit.rendering.scripts.pages import file_of;"
        f"print(hashlib.sha256(file_of(*{LINES!r})).hexdigest())"
    )
    # A process that has not drawn anything else, with another seed for hashes and another locale.
    command = [sys.executable, "-c", program]
    environment = {"PYTHONPATH": ".:generated", "PYTHONHASHSEED": "7", "LANG": "ja_JP.UTF-8"}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == expected


def test_nothing_is_loaded_for_invoices_in_latin():
    program = (
        "import sys; from tests.unit.rendering.scripts.pages import file_of;"
        "file_of('Grüße, Ελληνικά, Кофе');"
        "print([name for name in sys.modules if name.startswith(('regex', 'anyascii'))"
        " or name.endswith('scripts.harfbuzz')])"
    )
    command = [sys.executable, "-c", program]
    environment = {"PYTHONPATH": ".:generated"}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
