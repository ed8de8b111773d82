"""An invoice whose fonts are missing is refused before it draws a number, and says what to do."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from server.domain.errors import OrderRejected
from server.domain.invoice import InvoiceDraft
from server.rendering.typography.scripts import check_fonts, installed
from tests.builders.invoices import BUYER, make_draft, make_line


@pytest.fixture
def no_extra(monkeypatch):
    """Makes the process one without the extra."""

    def find(name):
        return None if name == "justmytype_intl_cjk" else find_spec(name)

    monkeypatch.setattr(installed, "find_spec", find)
    installed.cjk_fonts.cache_clear()
    yield
    installed.cjk_fonts.cache_clear()


def _refused(draft: InvoiceDraft) -> OrderRejected:
    with pytest.raises(OrderRejected) as refused:
        check_fonts(draft)
    return refused.value


@pytest.mark.usefixtures("no_extra")
def test_a_japanese_product_is_refused_by_its_place_and_names_the_extra():
    error = _refused(make_draft((make_line(1), make_line(2, name="緑茶 500 g"))))
    assert error.reason == "FONT_MISSING"
    assert error.field == "lines[1].name"
    assert error.message == (
        "lines[1].name: no font here draws '緑茶'. The fonts for Chinese, Japanese and Korean"
        " come with: pip install 'invoicejobs[cjk]'."
    )


@pytest.mark.usefixtures("no_extra")
@pytest.mark.parametrize("name", ["株式会社", "안녕", "簡體", "ﾃｽﾄ", "ㄅㄆ", "、", "㈱"])
def test_every_text_of_the_buyer_is_looked_at(name):
    assert _refused(make_draft(buyer=replace(BUYER, name=name))).field == "buyer.name"


@pytest.mark.usefixtures("no_extra")
def test_a_value_of_an_attribute_is_looked_at():
    line = make_line(1, attributes=(("Colour", "red"), ("Sort", "抹茶")))
    assert _refused(make_draft((line,))).field == "lines[0].attributes[1][1]"


@pytest.mark.usefixtures("no_extra")
@pytest.mark.parametrize(
    "name",
    [
        "مرحبا",
        "שלום",
        "ไทย",
        "हिन्दी",
        "Tea ☕",
        "ბარი",
        "ＡＢＣ",
        "20 ㎡ سلام",
        "㎝",
        "㎏",
        "㉑ ￥",
    ],
)
def test_scripts_whose_fonts_are_shipped_and_replaceable_characters_need_no_extra(name):
    check_fonts(make_draft((make_line(1, name=name),)))


def test_with_the_extra_every_text_can_be_drawn():
    check_fonts(make_draft((make_line(1, name="緑茶"),)))
