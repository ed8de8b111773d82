"""Invoice numbers by the platform's sequence schema: text, counter, text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.domain.errors import NotReady, OrderRejected

SCHEMA_TYPE = "invoiceNoSequence"
DEFAULT_DIGITS = 5
DEFAULT_COUNTRY = "DE"
VALUE_LENGTH = 100
PLACEHOLDER = re.compile(r"__[a-zA-Z][a-zA-Z0-9]*(?:_[a-zA-Z0-9]+)*__")

#: Built-in placeholders filled from the time of issue, with the number of digits of each.
TIME_PLACEHOLDERS = {
    "__year__": ("%Y", 4),
    "__month__": ("%m", 2),
    "__day__": ("%d", 2),
    "__hour__": ("%H", 2),
    "__minute__": ("%M", 2),
    "__second__": ("%S", 2),
}
COUNTRY_PLACEHOLDER = "__country__"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """How an own placeholder is filled."""

    required: bool = False
    #: Used where site_path gives nothing.
    default: str = ""
    #: Dotted path into the site's data.
    site_path: str = ""
    #: The most values taken of a list.
    array_limit: int = 3
    #: Joins the values of a list.
    delimiter: str = "-"


@dataclass(frozen=True, slots=True)
class NumberSequence:
    """A sequence of invoice numbers: pre_text, zero-padded counter, post_text."""

    name: str
    pre_text: str = ""
    post_text: str = ""
    start_value: int = 1
    #: Inclusive; None means no end.
    max_value: int | None = None
    number_of_digits: int = DEFAULT_DIGITS
    placeholders: Mapping[str, Placeholder] = field(default_factory=dict)
    #: Names the counter; empty means the filled text around it.
    sequence_key: str = ""


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """A sequence with its placeholders filled: one counter, ready to number invoices."""

    sequence: str
    #: Names the counter within the tenant and sequence.
    key: str
    pre_text: str
    post_text: str
    start_value: int
    max_value: int | None
    number_of_digits: int

    def number(self, counter: int) -> str:
        """Writes the number of a counter value."""
        return f"{self.pre_text}{counter:0{self.number_of_digits}d}{self.post_text}"

    def exhausted(self) -> OrderRejected:
        """Makes the refusal of an order that comes after the last number."""
        return OrderRejected(
            f"The number sequence {self.sequence!r} is used up: its last number is "
            f"{self.number(self.max_value or 0)}. Raise its maxValue or begin a new sequence.",
            reason="NUMBER_SEQUENCE_EXHAUSTED",
        )


def open_series(
    sequence: NumberSequence, site_data: Mapping[str, Any], local_time: datetime
) -> NumberSeries:
    """Fills a sequence's placeholders from the site and the time of issue in its time zone.

    Raises NotReady when a required placeholder stays empty.
    """

    def value(match: re.Match[str]) -> str:
        return _value(match.group(), sequence, site_data, local_time)[:VALUE_LENGTH]

    pre_text = PLACEHOLDER.sub(value, sequence.pre_text)
    post_text = PLACEHOLDER.sub(value, sequence.post_text)
    key = PLACEHOLDER.sub(value, sequence.sequence_key) or f"{pre_text}\x1f{post_text}"
    return NumberSeries(
        sequence=sequence.name,
        key=key,
        pre_text=pre_text,
        post_text=post_text,
        start_value=sequence.start_value,
        max_value=sequence.max_value,
        number_of_digits=sequence.number_of_digits,
    )


def _value(
    name: str, sequence: NumberSequence, site_data: Mapping[str, Any], local_time: datetime
) -> str:
    own = sequence.placeholders.get(name)
    if own is None:
        if name in TIME_PLACEHOLDERS:
            return local_time.strftime(TIME_PLACEHOLDERS[name][0])
        if name == COUNTRY_PLACEHOLDER:
            return (
                _text(_find(site_data, "homeBase.address.country"), Placeholder())
                or DEFAULT_COUNTRY
            )
        own = Placeholder(required=True)
    text = _text(_find(site_data, own.site_path), own) or own.default
    if not text and own.required:
        raise NotReady(
            f"The number sequence {sequence.name!r} needs a value for {name}: give the placeholder "
            f"a default, or set {own.site_path or 'its sitePath'} in the site's settings.",
            reason="PLACEHOLDER_EMPTY",
        )
    return text


def _find(data: Any, path: str) -> Any:
    for step in path.split(".") if path else ():
        if not isinstance(data, Mapping):
            return None
        data = data.get(step)
    return data if path else None


def _text(value: Any, placeholder: Placeholder) -> str:
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, (list, tuple)):
        texts = [_text(item, placeholder) for item in value[: placeholder.array_limit]]
        return placeholder.delimiter.join(text for text in texts if text)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
