"""Checks that every sequence of numbers is without gap and double, those of credit notes too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.tenant import Tenant
from server.ports import Database
from server.ports.archive_stores import Counter, DrawnNumber
from server.service.archive_findings import Finding, Progress, Report

#: Numbers that are looked at in one go.
PAGE = 1000
#: Findings of a kind that are told one by one.
MOST = 1000


@dataclass(frozen=True, slots=True)
class VerifyNumbers:
    """Looks at all numbers that a tenant's counters gave.

    A number and what bears it come and go in one transaction, so nothing is ever under way.
    """

    database: Database

    def __call__(self, tenant: Tenant, report: Report, progress: Progress) -> None:
        """Reports gaps, doubles and numbers without an invoice. Raises Unavailable."""
        with self.database.read() as unit:
            counters = unit.archive.counters(tenant)
        for counter in counters:
            self._check(tenant, counter, report, progress)
        with self.database.read() as unit:
            strangers = unit.archive.never_drawn(tenant, MOST)
        for number in strangers:
            report(
                Finding(
                    "NUMBER_NOT_DRAWN",
                    tenant,
                    number,
                    f"No counter of the tenant gave the number {number}, but an invoice bears it: "
                    "bring the table drawn_numbers back from a backup.",
                )
            )

    def _check(self, tenant: Tenant, counter: Counter, report: Report, progress: Progress) -> None:
        expected = counter.first_value
        last = ""
        for drawn in self._drawn(tenant, counter, progress):
            if counter.next_value is not None and drawn.value >= counter.next_value:
                # Drawn since we looked, unless the counter stands behind it for good.
                self._check_ahead(tenant, counter, drawn, report)
                break
            if expected is not None and drawn.value > expected:
                report(_gap(tenant, counter, expected, drawn.value - 1))
            if not drawn.borne:
                report(_lost(tenant, counter, drawn.number))
            expected = drawn.value + 1
            last = drawn.number
        if counter.next_value is None:
            report(_counter_lost(tenant, counter, last))
        elif expected is not None and expected < counter.next_value:
            report(_gap(tenant, counter, expected, counter.next_value - 1))
        if counter.first_value is None:
            report(_unchecked(tenant, counter))

    def _drawn(self, tenant: Tenant, counter: Counter, progress: Progress) -> Iterator[DrawnNumber]:
        after: int | None = None
        while True:
            with self.database.read() as unit:
                page = unit.archive.drawn(tenant, counter, after, PAGE)
            yield from page
            progress(len(page))
            if len(page) < PAGE:
                return
            after = page[-1].value

    def _check_ahead(
        self, tenant: Tenant, counter: Counter, drawn: DrawnNumber, report: Report
    ) -> None:
        with self.database.read() as unit:
            now = {(c.sequence, c.key): c.next_value for c in unit.archive.counters(tenant)}
        if (now.get((counter.sequence, counter.key)) or 0) <= drawn.value:
            report(
                Finding(
                    "COUNTER_BEHIND",
                    tenant,
                    drawn.number,
                    f"The counter of the sequence {counter.sequence!r} would give {drawn.number} "
                    "again, which was given: set its next_value in the table number_counters "
                    "behind the last number that was given.",
                )
            )


def _gap(tenant: Tenant, counter: Counter, first: int, last: int) -> Finding:
    which = f"value {first} is" if first == last else f"values {first} to {last} are"
    return Finding(
        "NUMBER_GAP",
        tenant,
        counter.sequence,
        f"The counter {_name(counter)} has a gap: {which} missing; bring the numbers and their "
        "invoices back from a backup, or write down for the tax office why there are none.",
    )


def _lost(tenant: Tenant, counter: Counter, number: str) -> Finding:
    return Finding(
        "NUMBER_LOST",
        tenant,
        number,
        f"The number {number} of the counter {_name(counter)} was given, but there is no invoice "
        "that bears it: bring its row in the table invoices back from a backup.",
    )


def _counter_lost(tenant: Tenant, counter: Counter, last: str) -> Finding:
    given = f"it goes on behind {last} by itself" if last else "none of its numbers are known"
    return Finding(
        "COUNTER_LOST",
        tenant,
        counter.sequence,
        f"The counter {_name(counter)} is gone from the table number_counters; {given}: look for "
        "later numbers in a backup, and bring the row back from there if there are any.",
    )


def _unchecked(tenant: Tenant, counter: Counter) -> Finding:
    return Finding(
        "COUNTER_UNCHECKED",
        tenant,
        counter.sequence,
        f"The counter {_name(counter)} has no row in the table drawn_series: it is older than that "
        "table, or the row is lost, so nobody can tell whether its first numbers are missing.",
        problem=False,
    )


def _name(counter: Counter) -> str:
    key = counter.key.replace("\x1f", "…")
    return f"{key!r} of the sequence {counter.sequence!r}"
