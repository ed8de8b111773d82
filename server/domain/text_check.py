"""Checks texts of the settings, and says where in the settings a problem is."""

from __future__ import annotations

import re
from collections.abc import Iterator

TEXT_LENGTH = 200
LONG_TEXT_LENGTH = 2000

#: Fields and what is wrong about them.
Problems = Iterator[tuple[str, str]]

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def under(path: str, problems: Problems) -> Problems:
    """Puts a path before each field."""
    for field, problem in problems:
        yield f"{path}.{field}", problem


def text_problems(*texts: tuple[str, str]) -> Problems:
    """Checks texts of a single line, as (field, text) pairs."""
    for field, text in texts:
        if len(text) > TEXT_LENGTH:
            yield field, f"must have at most {TEXT_LENGTH} characters"
        elif _CONTROL.search(text) or "\n" in text:
            yield field, "must not contain control characters or line breaks"


def long_text_problems(field: str, text: str) -> Problems:
    """Checks a text that may have several lines."""
    if len(text) > LONG_TEXT_LENGTH:
        yield field, f"must have at most {LONG_TEXT_LENGTH} characters"
    elif _CONTROL.search(text.replace("\r\n", "\n")):
        yield field, "must not contain control characters other than line breaks"
