"""Sends the orders of files to the server as one stream, and shows how far it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import grpc
from invoicejobs.v1.orders_pb2 import ImportFailure, ImportOrdersRequest, ImportOrdersResponse
from rich.progress import DownloadColumn, Progress, TaskID, TransferSpeedColumn

from gateway.cli.connection import Session
from gateway.cli.output import notes, printable, progress_bar
from gateway.cli.reading import Unreadable, read_orders

STDIN = "-"


def import_orders(session: Session, files: Sequence[str]) -> ImportOrdersResponse:
    """Sends the orders of files; the answer counts what could not even be read, too.

    Raises grpc.RpcError when the stream breaks; what was sent before may have gone in.
    """
    tenant = session.need_tenant()
    unreadable: list[ImportFailure] = []
    response = ImportOrdersResponse()
    with progress_bar(DownloadColumn(), TransferSpeedColumn()) as progress:
        task = progress.add_task("Importing orders", total=_size(files))
        stream = _requests(files, tenant, unreadable, progress, task)
        first = next(stream, None)
        if first is not None:
            try:
                # gRPC asks for the next order only when the one before is on its way.
                response = session.orders.ImportOrders(chain([first], stream))
            except grpc.RpcError:
                notes().print(
                    "The import stopped before its end. Repeating it is safe: orders that went "
                    "in already are found unchanged."
                )
                raise
    response.failed_count += len(unreadable)
    response.failures.extend(unreadable)
    return response


def summary(response: ImportOrdersResponse) -> str:
    """Says what became of an import."""
    return (
        f"{response.created_count} new, {response.updated_count} replaced, "
        f"{response.unchanged_count} unchanged, {response.failed_count} failed."
    )


def report_failures(response: ImportOrdersResponse) -> None:
    """Lists on stderr which orders could not be imported and why, one a line."""
    for failure in response.failures:
        parts = (failure.origin or f"order {failure.position}", failure.field, failure.message)
        notes().print(printable(": ".join(part for part in parts if part)), style="red")
    if rest := response.failed_count - len(response.failures):
        notes().print(f"… and {rest} more.", style="red")


def _requests(
    files: Sequence[str],
    tenant: str,
    unreadable: list[ImportFailure],
    progress: Progress,
    task: TaskID,
) -> Iterator[ImportOrdersRequest]:
    # Runs in a thread of gRPC, where an exception would be lost: what cannot be read is noted.
    for name in files:
        try:
            with _open(name) as file:
                for item in read_orders(file, "stdin" if name == STDIN else name):
                    if isinstance(item, Unreadable):
                        unreadable.append(ImportFailure(origin=item.origin, message=item.message))
                        continue
                    yield ImportOrdersRequest(
                        tenant=tenant, order_json=item.order_json, origin=item.origin
                    )
                    progress.advance(task, len(item.order_json))
        except OSError as error:
            message = f"cannot be opened: {error.strerror or error}."
            unreadable.append(ImportFailure(origin=name, message=message))


def _open(name: str) -> AbstractContextManager[BinaryIO]:
    if name == STDIN:
        return nullcontext(sys.stdin.buffer)
    return Path(name).open("rb")


def _size(files: Sequence[str]) -> float | None:
    """Gives the files' size in bytes; None where stdin, whose end nobody knows, is among them."""
    return None if STDIN in files else sum(Path(name).stat().st_size for name in files)
