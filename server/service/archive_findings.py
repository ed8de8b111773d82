"""What a check of the archive finds, and whom it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, in a sentence that says what to do."""

    #: UPPER_SNAKE_CASE.
    kind: str
    #: Empty where it belongs to nobody.
    tenant: str
    #: What it is about: an invoice's number, a job's or an order's id, a file.
    subject: str
    message: str
    #: False where nothing is wrong and it is only worth knowing.
    problem: bool = True


#: Takes each finding as it is made.
Report: TypeAlias = Callable[[Finding], None]
#: Takes how many more things were looked at.
Progress: TypeAlias = Callable[[int], None]
