"""Wraps the database, to count what is committed and time what is waited for.

Transactions that only read are handed on as they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

from server.domain.invoice import INVOICE, Invoice
from server.domain.job import Job, JobOrder
from server.domain.numbering import NumberSeries
from server.domain.tenant import Tenant
from server.observing.notes import Measures
from server.ports import Database, InvoiceStore, JobStore, NumberStore, UnitOfWork


class ObservedDatabase:
    """Opens transactions."""

    def __init__(self, database: Database, metrics: Measures) -> None:
        self._database = database
        self._metrics = metrics

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Opens a transaction that changes nothing."""
        return self._database.read()

    @contextmanager
    def write(self, *, waits: bool = True) -> Iterator[UnitOfWork]:
        """Opens a transaction that may change things."""
        asked = time.perf_counter()
        with self._database.write(waits=waits) as unit:
            begun = time.perf_counter()
            self._metrics.write_wait_seconds.observe(begun - asked)
            try:
                yield cast("UnitOfWork", _Unit(unit, self._metrics))
            finally:
                self._metrics.write_seconds.observe(time.perf_counter() - begun)

    def read_job(
        self, tenant: Tenant, job_id: str, first: int, limit: int
    ) -> tuple[Job, tuple[JobOrder, ...]] | None:
        """Reads a job and some of its orders."""
        return self._database.read_job(tenant, job_id, first, limit)

    def ready(self) -> bool:
        """Tells whether the database answers."""
        return self._database.ready()


class _Watched:
    """Stands before a store: what is not defined below goes straight on to it."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class _Unit(_Watched):
    """A transaction that counts what it did when it is committed."""

    def __init__(self, unit: UnitOfWork, metrics: Measures) -> None:
        super().__init__(unit)
        self._unit = unit
        self._metrics = metrics
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._issued: Counter[str] = Counter()

    @property
    def jobs(self) -> _Jobs:
        return _Jobs(self._unit.jobs, self._outcomes)

    @property
    def invoices(self) -> _Invoices:
        return _Invoices(self._unit.invoices, self._issued)

    @property
    def numbers(self) -> _Numbers:
        return _Numbers(self._unit.numbers, self._metrics)

    def commit(self) -> None:
        self._unit.commit()
        for labels, count in self._outcomes.items():
            self._metrics.outcomes(*labels).inc(count)
        for kind, count in self._issued.items():
            self._metrics.issued(kind).inc(count)


class _Jobs(_Watched):
    def __init__(self, store: JobStore, outcomes: Counter[tuple[str, str]]) -> None:
        super().__init__(store)
        self._jobs = store
        self._outcomes = outcomes

    def record(self, job_id: str, outcomes: Sequence[JobOrder]) -> None:
        self._jobs.record(job_id, outcomes)
        self._outcomes.update((order.status.value, order.reason) for order in outcomes)


class _Invoices(_Watched):
    def __init__(self, store: InvoiceStore, issued: Counter[str]) -> None:
        super().__init__(store)
        self._invoices = store
        self._issued = issued

    def add(self, tenant: Tenant, job_id: str, invoices: Sequence[Invoice]) -> None:
        self._invoices.add(tenant, job_id, invoices)
        self._issued.update(
            "invoice" if invoice.type_code == INVOICE else "credit_note" for invoice in invoices
        )


class _Numbers(_Watched):
    def __init__(self, store: NumberStore, metrics: Measures) -> None:
        super().__init__(store)
        self._numbers = store
        self._metrics = metrics

    def draw(self, tenant: Tenant, series: NumberSeries, count: int) -> range:
        begun = time.perf_counter()
        try:
            return self._numbers.draw(tenant, series, count)
        finally:
            self._metrics.number_draw_seconds.observe(time.perf_counter() - begun)
