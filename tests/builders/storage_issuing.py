"""Issues invoices against a database until enough are there, in a process of its own.

Tests start it as `python -m tests.builders.storage_issuing URL NAME COUNT` to see what several
processes do to each other. About every third transaction is given up after it has written.
"""

from __future__ import annotations

import random
import sys

from server.ports import Database
from server.storage import open_database
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, make_series


def issue(database: Database, name: str, count: int) -> None:
    """Records count invoices in blocks of 1 to 7, with rollbacks in between."""
    chance = random.Random(name)
    series = make_series()
    issued = 0
    while issued < count:
        size = min(chance.randint(1, 7), count - issued)
        with database.write() as unit:
            counters = unit.numbers.draw(ACME, series, size)
            unit.invoices.add(
                ACME,
                "job-1",
                [
                    make_invoice(1, number=series.number(c), order_id=f"{name}-{issued + at}")
                    for at, c in enumerate(counters)
                ],
            )
            if chance.random() < 1 / 3:
                continue
            unit.commit()
        issued += size


if __name__ == "__main__":
    URL, NAME, COUNT = sys.argv[1:]
    OPENED = open_database(URL)
    issue(OPENED, NAME, int(COUNT))
    OPENED.close()
