"""`python -m server verify`, `purge` and `erase-order`: looks after what is kept.

They work on the database and the documents themselves, also while the service runs.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from server.audit import operator
from server.config import Config
from server.documents.folder import FolderDocuments
from server.domain.errors import InvalidInput, InvoiceJobsError
from server.domain.tenant import parse_tenant
from server.rendering import render_document, render_preview
from server.service.archive_findings import Finding
from server.service.erase_order import Erased, EraseOrder
from server.service.origin import acting_for
from server.service.purge import Purge
from server.service.repair_documents import RepairDocuments
from server.service.verify_archive import Asked, VerifyArchive
from server.storage import SqlDatabase, open_database, refuse_unmigrated
from server.wiring.clock import SystemClock
from server.wiring.drawing import get_ready_to_draw
from server.wiring.inside import retention_of
from server.work.render_pool import RenderPool

#: Exit codes besides 0.
PROBLEMS, WRONG_USE, FAILED = 1, 2, 3
#: Seconds until what may have been under way is looked at again.
SECOND_LOOK = 2.0
#: Seconds between two lines that tell how far it is.
TELL_EVERY = 0.1


def add_verify(parser: ArgumentParser) -> None:
    """Adds the options of verify."""
    parser.add_argument("--tenant", default="", help="look at this tenant only")
    parser.add_argument("--quick", action="store_true", help="do not read the documents")
    parser.add_argument("--repair", action="store_true", help="make lost documents again")
    parser.add_argument("--progress", action="store_true", help="tell how far it is")


def add_purge(parser: ArgumentParser) -> None:
    """Adds the options of purge."""
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be deleted")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")


def add_erase_order(parser: ArgumentParser) -> None:
    """Adds the options of erase-order."""
    parser.add_argument("order", help="the order's id")
    parser.add_argument("--tenant", required=True, help="whose order it is")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")


def verify(config: Config, asked: Namespace) -> int:
    """Checks the archive, prints a line of JSON for each finding and one with the counts.

    Gives the exit code: 0 nothing is wrong, 1 something is, 2 wrong use, 3 it could not look.
    """
    kinds: Counter[str] = Counter()
    problems = 0

    def report(finding: Finding) -> None:
        nonlocal problems
        problems += finding.problem
        kinds[finding.kind] += 1
        _print_json(asdict(finding))

    told = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if asked.progress and (time.monotonic() - told > TELL_EVERY or done == total):
            told = time.monotonic()
            _print_json({"done": done, "total": total})

    try:
        tenant = parse_tenant(asked.tenant) if asked.tenant else None
        with _opened(config) as (database, store), _pool(config) as pool:
            repair = RepairDocuments(database, pool, store) if asked.repair else None
            VerifyArchive(database, store, lambda: time.sleep(SECOND_LOOK))(
                Asked(tenant, asked.quick, repair), report, progress
            )
    except InvoiceJobsError as error:
        return _failed(error)
    _print_json({"problems": problems, "findings": dict(sorted(kinds.items()))})
    return PROBLEMS if problems else 0


def purge(config: Config, asked: Namespace) -> int:
    """Deletes what was kept long enough and tells how much that was. Gives the exit code."""
    try:
        with _opened(config) as (database, store), acting_for(operator()):
            purged = Purge(database, SystemClock(), store, retention_of(config))(
                dry_run=asked.dry_run
            )
    except InvoiceJobsError as error:
        return _failed(error)
    if asked.json:
        _print_json({**asdict(purged), "dryRun": asked.dry_run})
    else:
        told = "Would delete" if asked.dry_run else "Deleted"
        _print(
            f"{told} {purged.jobs} jobs, {purged.invoices} invoices with their documents and "
            f"orders, {purged.orders} orders of kept invoices, {purged.requests} request ids."
        )
    return 0


def erase_order(config: Config, asked: Namespace) -> int:
    """Erases an order's data and tells what is kept. Gives the exit code."""
    try:
        with _opened(config) as (database, _):
            erase = EraseOrder(database, SystemClock())
            with acting_for(operator()):
                erased = erase(parse_tenant(asked.tenant), asked.order)
            log_cleared = database.forget_log()
    except InvoiceJobsError as error:
        return _failed(error)
    if asked.json:
        _print_json({"orderId": asked.order, **asdict(erased), "logCleared": log_cleared})
    else:
        _print(_told(asked.order, erased))
        if not log_cleared:
            _print(
                "The database's write-ahead log still holds it, for somebody was reading: run this "
                "again in a minute."
            )
    return 0


def _told(order_id: str, erased: Erased) -> str:
    said = f"The order {order_id} was erased, and what {erased.outcomes} jobs said."
    match erased.invoice_numbers:
        case ():
            return f"{said} It has no invoice."
        case (number,):
            return f"{said} Its invoice {number} is kept."
        case numbers:
            return f"{said} Its invoices and credit notes are kept: {', '.join(numbers)}."


@contextmanager
def _opened(config: Config) -> Iterator[tuple[SqlDatabase, FolderDocuments]]:
    # Without the lock of the data folder: transactions keep us and the service apart.
    refuse_unmigrated(config.database_url)
    database = open_database(config.database_url)
    try:
        yield database, FolderDocuments(config.documents_dir, abandoned=None)
    finally:
        database.close()


@contextmanager
def _pool(config: Config) -> Iterator[RenderPool]:
    """Opens the processes that repair; none starts before there is something to render."""
    pool = RenderPool(
        *(render_document, render_preview, get_ready_to_draw),
        max(1, config.work_processes),
        config.render_seconds,
    )
    try:
        yield pool
    finally:
        pool.close()


def _failed(error: InvoiceJobsError) -> int:
    sys.stderr.write(f"{error.message}\n")
    return WRONG_USE if isinstance(error, InvalidInput) else FAILED


def _print_json(value: object) -> None:
    _print(json.dumps(value))


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    # Whoever started this shows how far it is.
    sys.stdout.flush()
