"""QR codes of level M (ISO/IEC 18004): bytes in, rows of modules out.

It is our own because a library's takes longer than the rest of the invoice, or may draw another
code in its next release; an invoice that is drawn again has to be the same file.

Where each bit goes depends on the version alone, so it is worked out once a version. A code then
is its data, Reed-Solomon's check bytes, and one look-up that places, masks and frames them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, product, zip_longest
from operator import itemgetter

#: Bytes that fit the largest version made here, 13: the largest a GiroCode may have.
MOST_BYTES = 331

# Check bytes of each block and the data bytes of each block, by version.
_BLOCKS = {
    1: (10, (16,)),
    2: (16, (28,)),
    3: (26, (44,)),
    4: (18, (32,) * 2),
    5: (24, (43,) * 2),
    6: (16, (27,) * 4),
    7: (18, (31,) * 4),
    8: (22, (38,) * 2 + (39,) * 2),
    9: (22, (36,) * 3 + (37,) * 2),
    10: (26, (43,) * 4 + (44,)),
    11: (30, (50,) + (51,) * 4),
    12: (22, (36,) * 6 + (37,) * 2),
    13: (22, (37,) * 8 + (38,)),
}
# Weighing all eight masks costs more than the whole page. Any of them can be read; this one, which
# turns every third column over, spreads the text of a transfer well.
_MASK_COLUMNS = 3
_FORMAT = 0b101111001111100  # level M, this mask, and their check bits
_VERSIONS_WITH_NUMBER = 7  # and above say which version they are
_WIDE_COUNT = 10  # this version and above count their bytes in 16 bits
_BYTE_MODE = 0b0100
_PADDING = bytes((0xEC, 0x11))
_FIELD, _VERSION_CHECK = 0x11D, 0x1F25  # polynomials

_Grid = dict[tuple[int, int], int]  # what stands at a row and a column


def qr_code(data: bytes) -> list[str]:
    """Gives the rows of the smallest code that holds the data, a "1" for each dark module.

    Raises ValueError for more than MOST_BYTES.
    """
    version = _version_for(len(data))
    codewords = _interleaved(version, _padded(version, data))
    length = 8 * len(codewords)
    bits = int.from_bytes(codewords)
    inverted = bits ^ ((1 << length) - 1)
    placed = "".join(_placement(version)(f"{bits:0{length}b}{inverted:0{length}b}01"))
    side = _side(version)
    return [placed[start : start + side] for start in range(0, side * side, side)]


def _side(version: int) -> int:
    return 17 + 4 * version


def _version_for(length: int) -> int:
    for version, (_, blocks) in _BLOCKS.items():
        if length + _overhead(version) <= sum(blocks):
            return version
    raise ValueError(f"a QR code holds at most {MOST_BYTES} bytes, not {length}")


def _overhead(version: int) -> int:
    """Gives how many bytes mode, count and the end of the data take."""
    return 3 if version >= _WIDE_COUNT else 2


def _padded(version: int, data: bytes) -> bytes:
    """Puts mode and count before the data, an end behind it, and fills up."""
    capacity, used = sum(_BLOCKS[version][1]), len(data) + _overhead(version)
    count_bits = 8 * _overhead(version) - 8
    head = _BYTE_MODE << count_bits | len(data)
    # Mode and end are half a byte each, so the data stands half a byte off.
    stream = (head << 8 * len(data) | int.from_bytes(data)) << 4
    return stream.to_bytes(used) + (_PADDING * capacity)[: capacity - used]


def _interleaved(version: int, data: bytes) -> bytes:
    """Adds each block's check bytes, then takes the blocks' bytes in turn."""
    check_length, lengths = _BLOCKS[version]
    blocks, start = [], 0
    for length in lengths:
        blocks.append(data[start : start + length])
        start += length
    checks = [_check_bytes(block, check_length) for block in blocks]
    in_turn = chain(
        chain.from_iterable(zip_longest(*blocks)), chain.from_iterable(zip(*checks, strict=True))
    )
    return bytes(byte for byte in in_turn if byte is not None)


def _check_bytes(block: bytes, length: int) -> bytes:
    """Divides a block by Reed-Solomon's generator; the remainder is what checks it."""
    multiples = _generator_multiples(length)
    high, low = 8 * (length - 1), (1 << 8 * (length - 1)) - 1
    remainder = 0
    for byte in block:
        remainder = (remainder & low) << 8 ^ multiples[byte ^ remainder >> high]
    return remainder.to_bytes(length)


@cache
def _generator_multiples(length: int) -> list[int]:
    """Multiplies the generator of this degree (without its first 1) by every byte."""
    generator, root = [1], 1
    for _ in range(length):
        shifted = [*generator, 0]
        for index, coefficient in enumerate(generator, 1):
            shifted[index] ^= _product(coefficient, root)
        generator, root = shifted, _product(root, 2)
    return [
        int.from_bytes(bytes(_product(coefficient, factor) for coefficient in generator[1:]))
        for factor in range(256)
    ]


def _product(left: int, right: int) -> int:
    """Multiplies two bytes of the field."""
    result = 0
    while right:
        result ^= left * (right & 1)
        left <<= 1
        left ^= _FIELD * (left >> 8)
        right >>= 1
    return result


@lru_cache(maxsize=len(_BLOCKS))
def _placement(version: int) -> Callable[[str], Sequence[str]]:
    """Gives what picks each module, row by row, out of "the bits, the bits inverted, 01"."""
    check_length, blocks = _BLOCKS[version]
    length = 8 * (sum(blocks) + check_length * len(blocks))
    side, fixed = _side(version), _fixed(version)
    picked: _Grid = {place: 2 * length + dark for place, dark in fixed.items()}
    free = (place for place in _path(side) if place not in fixed)
    for number, (row, column) in enumerate(free):
        masked = column % _MASK_COLUMNS == 0
        # A few modules may be left over; they count as a 0.
        bit = number + length * masked if number < length else 2 * length + masked
        picked[row, column] = bit
    return itemgetter(*(picked[row, column] for row in range(side) for column in range(side)))


def _path(side: int) -> Iterator[tuple[int, int]]:
    """Walks over all modules as the bits do: in pairs of columns from the right, up and down."""
    upwards = True
    for right in chain(range(side - 1, 6, -2), (5, 3, 1)):  # column 6 is passed over
        for row in range(side)[:: -1 if upwards else 1]:
            yield row, right
            yield row, right - 1
        upwards = not upwards


def _fixed(version: int) -> _Grid:
    """Gives the modules that depend on the version alone: 1 for dark, 0 for light."""
    side = _side(version)
    fixed: _Grid = {}
    for index in range(side):
        fixed[6, index] = fixed[index, 6] = 1 - index % 2
    for centre in _small_marks(version):
        _draw_rings(fixed, centre, range(3), {1})
    for centre in ((3, 3), (3, side - 4), (side - 4, 3)):
        _draw_rings(fixed, centre, range(5), {2, 4})
    _draw_format(fixed, side)
    if version >= _VERSIONS_WITH_NUMBER:
        _draw_version(fixed, side, version)
    return {place: dark for place, dark in fixed.items() if 0 <= min(place) <= max(place) < side}


def _small_marks(version: int) -> set[tuple[int, int]]:
    """Gives the centres of the marks that help with a bent code; the large marks need none."""
    last = _side(version) - 7
    if version == 1:
        return set()
    lines = {6, (6 + last) // 2, last} if version >= _VERSIONS_WITH_NUMBER else {6, last}
    crossings = {(row, column) for row in lines for column in lines}
    return crossings - {(6, 6), (6, last), (last, 6)}


def _draw_rings(fixed: _Grid, centre: tuple[int, int], rings: range, light: set[int]) -> None:
    for down, right in product(range(1 - len(rings), len(rings)), repeat=2):
        dark = max(abs(down), abs(right)) not in light
        fixed[centre[0] + down, centre[1] + right] = int(dark)


def _draw_format(fixed: _Grid, side: int) -> None:
    places = (0, 1, 2, 3, 4, 5, 7, 8)
    for bit in range(8):
        fixed[places[bit], 8] = fixed[8, side - 1 - bit] = _FORMAT >> bit & 1
    for bit in range(8, 15):
        fixed[8, places[14 - bit]] = fixed[side - 15 + bit, 8] = _FORMAT >> bit & 1
    fixed[side - 8, 8] = 1


def _draw_version(fixed: _Grid, side: int, version: int) -> None:
    remainder = version << 12
    for shift in range(5, -1, -1):
        remainder ^= (_VERSION_CHECK << shift) * (remainder >> 12 + shift & 1)
    number = version << 12 | remainder
    for bit in range(18):
        low, high = bit // 3, side - 11 + bit % 3
        fixed[low, high] = fixed[high, low] = number >> bit & 1
