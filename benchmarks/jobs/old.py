"""Fills a database with what a shop of many years has: a million invoices, written in bulk.

Orders and invoices are as many as they would be, in all tables and indexes, but their JSON is
short: what a job costs beside them depends on how many they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, func, insert, select

from benchmarks.jobs.orders import TENANT
from server.storage.archive_tables import drawn_numbers, drawn_series
from server.storage.engine import open_engines
from server.storage.tables import chunks, documents, invoices, job_orders, jobs, number_counters
from server.storage.tables import orders as order_table

_JOB: Final = 1000  # orders
_CHUNK: Final = 50
_AT_ONCE: Final = 10  # jobs in a transaction
_BEGAN: Final = datetime(2020, 1, 1, tzinfo=UTC)
_SHA256: Final = "0" * 64
_SEQUENCE: Final = {"tenant": TENANT, "sequence": "old", "key": "OLD-"}


def fill_with_old(url: str, count: int) -> None:
    """Writes so many orders with their jobs, invoices and documents."""
    engines = open_engines(url)
    try:
        for first in range(0, count, _JOB * _AT_ONCE):
            with engines.writer.begin() as connection:
                for start in range(first, min(first + _JOB * _AT_ONCE, count), _JOB):
                    for into, rows in _job(start, min(start + _JOB, count)):
                        connection.execute(insert(into), rows)
        with engines.writer.begin() as connection:
            connection.execute(insert(drawn_series), [_SEQUENCE | {"first_value": 0}])
            connection.execute(insert(number_counters), [_SEQUENCE | {"next_value": count}])
            if connection.dialect.name == "postgresql":
                # It does not notice keys that were given; SQLite does.
                connection.execute(select(func.setval("jobs_key_seq", 1 + count // _JOB)))
    finally:
        engines.close()


def _job(first: int, end: int) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Gives the rows of one job of long ago, which invoiced the orders first to end."""
    key, at = 1 + first // _JOB, _BEGAN + timedelta(seconds=first)
    numbers = range(first, end)
    job_id = f"old-job-{key}"
    job = {"key": key, "job_id": job_id, "tenant": TENANT, "job_type": "MANUAL"}
    counts = {"order_count": end - first, "success_count": end - first, "failure_count": 0}
    yield jobs, [job | counts | {"created_at": at, "done_at": at}]
    yield chunks, [_chunk(key, index, start) for index, start in enumerate(numbers[::_CHUNK])]
    yield job_orders, [_job_order(key, n - first, n) for n in numbers]
    yield order_table, [_order(n, at) for n in numbers]
    yield invoices, [_invoice(n, job_id) for n in numbers]
    yield documents, [_document(n) for n in numbers]
    yield drawn_numbers, [_SEQUENCE | {"value": n, "number": _number(n)} for n in numbers]


def _number(number: int) -> str:
    return f"OLD-{number:08d}"


def _order_id(number: int) -> str:
    # Among the new ones, so that these do not stand at the end of every index.
    return f"NH-{number:08d}-old"


def _chunk(key: int, index: int, start: int) -> dict[str, Any]:
    first = start % _JOB
    names = {"job_key": key, "index": index, "kind": "ORDERS", "first": first}
    return names | {
        "end": first + _CHUNK, "not_before": _BEGAN, "attempts": 1, "holder": "old", "done": True,
    }  # fmt: skip


def _job_order(key: int, position: int, number: int) -> dict[str, Any]:
    return {
        "job_key": key, "position": position, "order_id": _order_id(number), "status": "SUCCESS",
        "message": "", "reason": "", "field": "", "invoice_number": _number(number),
        "pdf_sha256": _SHA256, "recorded": position + 1,
    }  # fmt: skip


def _order(number: int, at: datetime) -> dict[str, Any]:
    return {
        "tenant": TENANT, "order_id": _order_id(number), "order_number": str(number),
        "site_code": "DE", "status": "CONFIRMED", "extended_status": "70", "created": at,
        "invoiced": True, "currency": "EUR", "total": "10.00", "body_sha256": bytes(32),
        "body": b"{}",
    }  # fmt: skip


def _invoice(number: int, job_id: str) -> dict[str, Any]:
    return {
        "tenant": TENANT, "number": _number(number), "order_id": _order_id(number),
        "job_id": job_id, "type_code": "380", "live": True, "snapshot": "{}",
    }  # fmt: skip


def _document(number: int) -> dict[str, Any]:
    return {
        "tenant": TENANT, "invoice_number": _number(number), "format": "PDF",
        "media_type": "application/pdf", "file_name": f"{_number(number)}.pdf", "size": 50_000,
        "sha256": _SHA256, "key": f"{TENANT}/00/{number}.pdf",
    }  # fmt: skip
