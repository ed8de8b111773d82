"""Byte ranges and entity tags (RFC 9110), as pure functions of headers and a size."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]*)\s*-\s*([0-9]*)\s*", re.IGNORECASE | re.ASCII)
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_MOST_DIGITS = 18  # no document is longer, and int() of endless digits is slow


class Unsatisfiable(Exception):
    """The range begins behind the last byte."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a document: length bytes from offset on, at least one."""

    offset: int
    length: int

    def content_range(self, size: int) -> str:
        """Gives the Content-Range header of an answer with this part."""
        return f"bytes {self.offset}-{self.offset + self.length - 1}/{size}"


def resolve_range(header: str, size: int) -> ByteRange | None:
    """Gives the part that a Range header asks for; None means the whole document.

    The whole is also the answer to other units, broken syntax and several ranges at once, as the
    RFC allows. Raises Unsatisfiable.
    """
    match = _RANGE.fullmatch(header)
    if match is None or match.group(1, 2) == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(_number(last), size)
        if not length:
            raise Unsatisfiable
        return ByteRange(size - length, length)
    offset = _number(first)
    end = _number(last) if last else size - 1
    if end < offset and last:
        return None  # broken syntax, says the RFC
    if offset >= size:
        raise Unsatisfiable
    return ByteRange(offset, min(end, size - 1) - offset + 1)


def matches(header: str, etag: str) -> bool:
    """Tells whether an If-None-Match header names the tag; weak tags match, too."""
    return header.strip() == "*" or etag in _TAG.findall(header)


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _MOST_DIGITS else sys.maxsize
