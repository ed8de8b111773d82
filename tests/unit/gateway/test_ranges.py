"""Byte ranges and entity tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ranges import ByteRange, Unsatisfiable, matches, resolve_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-4", ByteRange(0, 5)),
        ("bytes=9-", ByteRange(9, 1)),
        ("bytes=-3", ByteRange(7, 3)),
        ("bytes=-30", ByteRange(0, 10)),
        ("bytes=3-300", ByteRange(3, 7)),
        ("BYTES = 1 - 2", ByteRange(1, 2)),
        ("bytes=4-3", None),
        ("bytes=0-1,3-4", None),
        ("seconds=0-1", None),
        ("", None),
    ],
)
def test_a_header_means_a_part_or_the_whole(header, expected):
    assert resolve_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=" + "9" * 6000])
def test_a_part_behind_the_end_cannot_be_given(header):
    with pytest.raises(Unsatisfiable):
        resolve_range(header if "-" in header else header + "-", 10)


def test_nothing_of_an_empty_document_can_be_given():
    for header in ("bytes=0-", "bytes=-1"):
        with pytest.raises(Unsatisfiable):
            resolve_range(header, 0)


@given(first=st.integers(0, 50), last=st.integers(0, 50), size=st.integers(0, 40))
def test_a_part_is_what_python_slices(first, last, size):
    whole = bytes(range(size))
    try:
        part = resolve_range(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
    else:
        if part is None:
            assert last < first
        else:
            assert whole[part.offset :][: part.length] == whole[first : last + 1]
            assert part.content_range(size) == f"bytes {first}-{min(last, size - 1)}/{size}"


@pytest.mark.parametrize(
    ("header", "expected"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("a", False)],
)
def test_a_tag_is_found_in_a_list(header, expected):
    assert matches(header, '"a"') is expected
