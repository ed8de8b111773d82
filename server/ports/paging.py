"""A page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list, and where the next one begins."""

    items: tuple[T, ...]
    #: Give it back as the cursor of the next page; None on the last one.
    next_cursor: str | None
