"""What the samples must come to, as examples/expected.json says, and how far it came true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Expected:
    """What must become of a sample order. Amounts are decimals as text."""

    order_id: str
    #: MANUAL or AUTOMATIC: the job that must take it; empty: none may.
    job: str = ""
    #: Words of the message with which it must fail; empty: it must succeed.
    failure: str = ""
    currency: str = ""
    net: str = ""
    tax: str = ""
    gross: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order in a job."""

    job: str
    order_id: str
    status: str
    message: str = ""
    invoice_number: str = ""
    currency: str = ""
    net: str = ""
    tax: str = ""
    gross: str = ""
    #: Its documents, the PDF first.
    files: list[Path] = field(default_factory=list)


def read_expected(path: Path) -> list[Expected]:
    """Reads what the samples must come to."""
    return [
        Expected(
            order_id=entry["orderId"],
            **{
                name: entry.get(name, "")
                for name in ("job", "failure", "currency", "net", "tax", "gross")
            },
        )
        for entry in orjson.loads(path.read_bytes())
    ]


def problems(expected: Sequence[Expected], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Says what did not come out as it must, a sentence each."""
    found = {(outcome.job, outcome.order_id): outcome for outcome in outcomes}
    wanted = {(one.job, one.order_id): one for one in expected if one.job}
    for job, order_id in found.keys() - wanted.keys():
        yield f"{order_id}: the {job} job took it, but must not."
    for key, one in wanted.items():
        outcome = found.get(key)
        if outcome is None:
            yield f"{one.order_id}: the {one.job} job did not take it."
        elif problem := _problem(one, outcome):
            yield f"{one.order_id}: {problem}."


def _problem(expected: Expected, outcome: Outcome) -> str:
    if expected.failure:
        if outcome.status != "FAILURE":
            return f"is {outcome.status}, but must fail"
        if expected.failure not in outcome.message:
            return f"fails for another reason than {expected.failure!r}: {outcome.message}"
        return ""
    if outcome.status != "SUCCESS":
        return f"is {outcome.status}, but must succeed: {outcome.message}"
    names = ("currency", "net", "tax", "gross")
    wrong = [
        f"{name} is {getattr(outcome, name)} instead of {getattr(expected, name)}"
        for name in names
        if getattr(outcome, name) != getattr(expected, name)
    ]
    return ", ".join(wrong) or ("" if outcome.files else "its PDF was not downloaded")
