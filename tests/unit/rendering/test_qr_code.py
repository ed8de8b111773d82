"""QR codes, compared with those another program makes, and read by a third one."""

import random

import pytest
import zxingcpp
from PIL import Image
from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel

from server.rendering.qr_code import MOST_BYTES, qr_code

#: The most bytes of each version at level M.
CAPACITIES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331)


def some_bytes(length):
    return random.Random(length).randbytes(length)


def reportlab_code(data):
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QR8bitByte(data))
    code.version = code.calculate_version()
    code.makeImpl(test=False, maskPattern=2)
    return ["".join("1" if dark else "0" for dark in row) for row in code.modules]


def read(rows):
    """Photographs a code, with the quiet zone that readers want, and reads it."""
    side = len(rows)
    picture = Image.new("L", (side + 8, side + 8), 255)
    for row, modules in enumerate(rows):
        for column, module in enumerate(modules):
            if module == "1":
                picture.putpixel((column + 4, row + 4), 0)
    (code,) = zxingcpp.read_barcodes(picture.resize((4 * side + 32,) * 2, Image.Resampling.NEAREST))
    return code


@pytest.mark.parametrize(("version", "most"), list(enumerate(CAPACITIES, 1)))
def test_the_smallest_version_that_holds_the_data_is_taken(version, most):
    assert len(qr_code(some_bytes(most))) == 17 + 4 * version
    if most < MOST_BYTES:
        assert len(qr_code(some_bytes(most + 1))) == 21 + 4 * version


@pytest.mark.parametrize("most", CAPACITIES)
def test_a_reader_gives_the_data_back_and_finds_level_m(most):
    for length in (most - 1, most):
        code = read(qr_code(some_bytes(length)))
        assert code.bytes == some_bytes(length)
        assert code.ec_level == "M"


@pytest.mark.parametrize("most", CAPACITIES)
def test_every_module_is_where_another_program_puts_it(most):
    for length in (most // 2, most - 3, most):
        assert qr_code(some_bytes(length)) == reportlab_code(some_bytes(length))


def test_a_code_with_a_stain_can_still_be_read():
    rows = qr_code(b"Nordlicht Handel GmbH")
    soiled = [
        row[:10] + "1" * 4 + row[14:] if 12 <= at < 18 else row for at, row in enumerate(rows)
    ]
    assert soiled != rows
    assert read(soiled).bytes == b"Nordlicht Handel GmbH"


def test_data_that_fits_no_giro_code_is_refused():
    with pytest.raises(ValueError, match="at most 331 bytes, not 332"):
        qr_code(bytes(332))
