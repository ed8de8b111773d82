"""Reads orders out of files of every shape: one object, an array, or one object a line.

Lines are read one at a time and sent as they stand, so that a file of a million orders is never
held whole. Other files are read whole; each order's own bytes are sent, never a rewritten form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

MAX_ORDER_BYTES = 4 * 1024 * 1024
ORIGIN_LENGTH = 256

_LINE_SUFFIXES = (".ndjson", ".jsonl")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Found:
    """An order as it stands in a file, and where."""

    origin: str
    order_json: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place in a file that holds no order which could be sent."""

    origin: str
    message: str


def read_orders(file: BinaryIO, name: str) -> Iterator[Found | Unreadable]:
    """Reads the orders of a file whose name begins each origin. Never raises."""
    try:
        line = 1
        piece = file.readline(MAX_ORDER_BYTES + 2).removeprefix(_BYTE_ORDER_MARK)
        while piece.isspace():
            piece = file.readline(MAX_ORDER_BYTES + 2)
            line += 1
        if _holds_lines(piece.strip(), name):
            yield from _read_lines(file, name, piece, line)
        else:
            yield from _read_document(piece + file.read(), name, line)
    except OSError as error:
        yield Unreadable(_origin(name), f"cannot be read: {error.strerror or error}.")


def _holds_lines(first: bytes, name: str) -> bool:
    """Tells whether every line is an order of its own, from the first one."""
    if PurePath(name).suffix.lower() in _LINE_SUFFIXES:
        return True
    if first.startswith(b"["):
        return False
    try:
        json.loads(first)
    except json.JSONDecodeError as error:
        # A first line that merely ends too early begins an object of several lines; one that is
        # wrong in the middle is a wrong line among others.
        return error.pos < len(error.doc)
    except (ValueError, RecursionError):
        return True
    return True


def _read_lines(file: BinaryIO, name: str, piece: bytes, line: int) -> Iterator[Found | Unreadable]:
    while piece:
        origin = _origin(name, f":{line}")
        text = piece.strip()
        if len(text) > MAX_ORDER_BYTES:
            yield _too_long(origin)
            while not piece.endswith(b"\n") and (piece := file.readline(MAX_ORDER_BYTES)):
                pass
        elif text:
            yield Found(origin, text)
        piece = file.readline(MAX_ORDER_BYTES + 2)
        line += 1


def _read_document(whole: bytes, name: str, line: int) -> Iterator[Found | Unreadable]:
    try:
        text = whole.decode()
        yield from _read_values(text, name, line)
    except UnicodeDecodeError as error:
        yield Unreadable(_origin(name), f"is not UTF-8: byte {error.start + 1} is wrong.")
    except json.JSONDecodeError as error:
        where = f":{line + error.lineno - 1}"
        yield Unreadable(_origin(name, where), f"is no JSON: {error.msg} (column {error.colno}).")
    except RecursionError:
        yield Unreadable(_origin(name), "is nested too deeply.")


def _read_values(text: str, name: str, line: int) -> Iterator[Found | Unreadable]:
    position = first = _skip_blank(text, 0)
    while position < len(text):
        if text[position] == "[":
            position = yield from _read_array(text, position, name)
        else:
            # One object is the file; where there are more, each is found by its line.
            lines = text.count("\n", 0, position)
            where = "" if position == first else f":{line + lines}"
            _, end = _DECODER.raw_decode(text, position)
            yield _found(_origin(name, where), text[position:end])
            position = end
        position = _skip_blank(text, position)


def _read_array(text: str, position: int, name: str) -> Generator[Found | Unreadable, None, int]:
    """Reads the array that begins at position and returns where it ends."""
    index = 0
    position = _skip_blank(text, position + 1)
    if text.startswith("]", position):
        return position + 1
    while True:
        _, end = _DECODER.raw_decode(text, position)
        yield _found(_origin(name, f"[{index}]"), text[position:end])
        index += 1
        position = _skip_blank(text, end)
        if text.startswith("]", position):
            return position + 1
        if not text.startswith(",", position):
            raise json.JSONDecodeError("Expecting ',' or ']'", text, position)
        position = _skip_blank(text, position + 1)


def _found(origin: str, text: str) -> Found | Unreadable:
    order_json = text.encode()
    return _too_long(origin) if len(order_json) > MAX_ORDER_BYTES else Found(origin, order_json)


def _too_long(origin: str) -> Unreadable:
    return Unreadable(
        origin, f"is longer than {MAX_ORDER_BYTES} bytes, the most an order may have."
    )


def _skip_blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    assert match is not None  # noqa: S101 - it matches nothing at least
    return match.end()


def _origin(name: str, where: str = "") -> str:
    # Of a long path the end tells more than the beginning.
    return f"{name[-(ORIGIN_LENGTH - len(where)) :]}{where}"
