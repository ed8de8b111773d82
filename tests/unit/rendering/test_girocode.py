"""What a GiroCode says, where the invoice's own data would not fit it."""

from dataclasses import replace

import pytest

from server.domain.party import BankAccount
from server.rendering.girocode import dark_runs, girocode_text
from server.rendering.qr_code import MOST_BYTES, qr_code
from tests.builders.invoices import SELLER, make_invoice

IBAN = "DE89370400440532013000"


def text_for(holder, *, bic="COBADEFFXXX", number="RE-1"):
    seller = replace(SELLER, bank_account=BankAccount(holder=holder, iban=IBAN, bic=bic))
    return girocode_text(make_invoice(2, girocode=True, seller=seller, number=number))


@pytest.mark.parametrize("letter", ["x", "é", "名", "𠮷"])
def test_the_longest_name_fits_the_largest_code(letter):
    text = text_for(letter * 100)
    name = text.split("\n")[5]
    assert name == letter * len(name)
    assert len(name) == 70 or MOST_BYTES - len(text.encode()) < len(letter.encode())
    assert dark_runs(text)[0] <= 69


def test_a_long_number_leaves_room_for_the_name():
    text = text_for("Nordlicht Handel GmbH", number="№" * 200)
    assert text.split("\n")[5] == "Nordlicht Handel GmbH"
    assert text.endswith("№" * 46)
    assert len(text.encode()) <= MOST_BYTES


def test_there_is_no_code_where_the_bank_code_alone_would_fill_it():
    assert text_for("Nordlicht Handel GmbH", bic="X" * 400) == ""


def test_half_a_surrogate_pair_is_replaced():
    assert "Nord?licht" in text_for("Nord\ud83dlicht")


def test_runs_cover_the_dark_modules_and_no_other():
    rows = qr_code(b"BCD")
    side, runs = dark_runs("BCD")
    dark = {(column + step, row) for column, row, length in runs for step in range(length)}
    assert side == len(rows)
    assert len(dark) == sum(length for _, _, length in runs)
    for row, modules in enumerate(rows):
        assert {column for column, at in dark if at == row} == {
            column for column, module in enumerate(modules) if module == "1"
        }
