"""Holds the data folder of an SQLite file for one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from server.config import Config
from server.domain.errors import Unavailable


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Holds the data folder's lock: two engines on one folder would take each other's chunks.

    Raises Unavailable when another process holds it, or it cannot be used.
    """
    lock = FileLock(config.data_dir / "server.lock")
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise Unavailable(
            f"Another server uses the data folder {config.data_dir}. Stop it, or set "
            "INVOICEJOBS_DATA_DIR to another folder.",
            reason="DATA_FOLDER_IN_USE",
        ) from None
    except OSError as error:
        raise Unavailable(
            f"The data folder {config.data_dir} cannot be used: {error.strerror}. Set "
            "INVOICEJOBS_DATA_DIR to a folder that can be written to.",
            reason="DATA_FOLDER_UNUSABLE",
        ) from error
    try:
        yield
    finally:
        lock.release()
