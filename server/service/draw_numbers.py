"""Draws numbers that nothing else bears, for invoices and credit notes alike."""

from __future__ import annotations

from collections.abc import Collection

from server.domain.errors import NotReady
from server.domain.numbering import NumberSeries
from server.domain.tenant import Tenant
from server.ports import UnitOfWork


class NumberTaken(NotReady):
    """A sequence gave a number that is in use: leave the transaction without commit."""

    default_reason = "NUMBER_TAKEN"

    def __init__(self, sequence: str) -> None:
        super().__init__(
            f"The number sequence {sequence!r} gives numbers that are in use already. Give "
            "it another preText in the settings, then try again."
        )
        self.sequence = sequence


class SeriesPassed(Exception):
    """Numbers were drawn that name a time which has passed: begin anew, without commit."""


def draw_numbers(
    unit: UnitOfWork,
    tenant: Tenant,
    series: NumberSeries,
    count: int,
    given: Collection[str] = (),
) -> list[str]:
    """Draws the next count numbers of a series; fewer when it ends before.

    They are drawn for good only when the transaction commits: record what bears them in it. given
    are those of other series that the transaction has yet to record. Raises NumberTaken.
    """
    numbers = [series.number(counter) for counter in unit.numbers.draw(tenant, series, count)]
    if any(number in given for number in numbers) or unit.invoices.taken(tenant, numbers):
        raise NumberTaken(series.sequence)
    return numbers
