"""Page sizes and tokens."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import InvalidInput
from server.rpc.paging import read_page, token_of

SCOPE = ("ListThings", "acme", None, True, "")


def fields_of(error):
    return [violation.field for violation in error.value.violations]


def test_a_size_of_0_means_100():
    assert read_page(0, "", *SCOPE).limit == 100


@pytest.mark.parametrize("size", [1, 999, 1000])
def test_sizes_up_to_1000_are_kept(size):
    assert read_page(size, "", *SCOPE).limit == size


def test_size_and_token_are_both_named_when_both_are_wrong():
    with pytest.raises(InvalidInput) as error:
        read_page(-5, "nonsense", *SCOPE)
    assert fields_of(error) == ["page_size", "page_token"]


def test_the_last_page_has_no_token():
    assert read_page(0, "", *SCOPE).next_token(None) == ""


@given(cursor=st.text(), scope=st.tuples(st.text(), st.none() | st.booleans() | st.text()))
def test_a_token_gives_its_cursor_back(cursor, scope):
    token = read_page(0, "", *scope).next_token(cursor)
    assert token.isascii()
    assert read_page(0, token, *scope).cursor == cursor


@pytest.mark.parametrize(
    "other",
    [
        ("ListThings", "other", None, True, ""),
        ("ListThings", "acme", False, True, ""),
        ("ListThings", "acme", None, None, ""),
        ("ListThings", "acme", None, True, "x"),
        ("ListOthers", "acme", None, True, ""),
    ],
)
def test_a_token_of_another_list_is_refused(other):
    token = read_page(0, "", *SCOPE).next_token("c")
    with pytest.raises(InvalidInput) as error:
        read_page(0, token, *other)
    assert fields_of(error) == ["page_token"]


@given(position=st.integers(min_value=0), character=st.characters())
def test_a_token_with_any_character_changed_is_refused(position, character):
    token = read_page(0, "", *SCOPE).next_token("cursor")
    position %= len(token)
    changed = token[:position] + character + token[position + 1 :]
    if changed == token:
        return
    with pytest.raises(InvalidInput):
        read_page(0, changed, *SCOPE)


def encoded(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "=",
        "A",
        "é",
        encoded(b"\xff\xfe"),
        encoded(b"{}"),
        encoded(b"[1]"),
        encoded(b'[2,"c","d"]'),
        encoded(b"[1,7,8]"),
        encoded(b"[" * 100_000),
        encoded(b'[1,"\\ud800","d"]'),
        encoded(b"1" * 10_000),
    ],
)
def test_a_token_that_is_none_is_refused(token):
    with pytest.raises(InvalidInput) as error:
        read_page(0, token, *SCOPE)
    assert fields_of(error) == ["page_token"]


def test_a_forged_token_that_holds_half_a_character_is_refused():
    token = token_of("B-1\ud800", SCOPE)
    with pytest.raises(InvalidInput) as error:
        read_page(0, token, *SCOPE)
    assert fields_of(error) == ["page_token"]


def test_a_position_is_read_back():
    token = read_page(0, "", *SCOPE).next_token(250)
    assert read_page(0, token, *SCOPE).position() == 250
    assert read_page(0, "", *SCOPE).position() == 0


@pytest.mark.parametrize("cursor", ["-1", "1e3", "x", "9" * 30, "٣", json.dumps([1])])
def test_a_forged_position_is_refused(cursor):
    token = read_page(0, "", *SCOPE).next_token(cursor)
    with pytest.raises(InvalidInput) as error:
        read_page(0, token, *SCOPE).position()
    assert fields_of(error) == ["page_token"]
