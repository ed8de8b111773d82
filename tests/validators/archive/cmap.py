"""Reads the ToUnicode tables of fonts: which characters a code stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|([\[\]])")


def characters_of(table: bytes) -> dict[int, str]:
    """Gives the characters of each code."""
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(table):
        tokens = [bytes.fromhex(hexed.decode()) or sign for hexed, sign in _TOKEN.findall(body)]
        pairs = _singles(tokens) if kind == b"bfchar" else _ranges(iter(tokens))
        found.update(pairs)
    return found


def _singles(tokens: list[bytes]) -> Iterator[tuple[int, str]]:
    for code, text in zip(tokens[::2], tokens[1::2], strict=True):
        yield int.from_bytes(code), _text(text)


def _ranges(tokens: Iterator[bytes]) -> Iterator[tuple[int, str]]:
    for first in tokens:
        codes = range(int.from_bytes(first), int.from_bytes(next(tokens)) + 1)
        target = next(tokens)
        if target == b"[":
            yield from zip(codes, map(_text, iter(lambda: next(tokens), b"]")), strict=True)
            continue
        stem, last = _text(target)[:-1], ord(_text(target)[-1])
        yield from ((code, stem + chr(last + step)) for step, code in enumerate(codes))


def _text(utf16: bytes) -> str:
    return utf16.decode("utf-16-be")
