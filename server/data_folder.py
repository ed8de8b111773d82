"""Holds the data folder of an SQLite file for one process, and keeps it from other users."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from server.config import Config
from server.domain.errors import Unavailable
from server.storage import database_file

logger = logging.getLogger(__name__)


def make_data_folder(folder: Path) -> None:
    """Makes the data folder where it is missing, for nobody else to look into: keys lie in it."""
    folder.mkdir(0o700, parents=True, exist_ok=True)


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Holds the data folder's lock: two engines on one folder would take each other's chunks.

    Raises Unavailable when another process holds it, or it cannot be used.
    """
    lock = FileLock(config.data_dir / "server.lock")
    try:
        make_data_folder(config.data_dir)
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


def keep_from_others(config: Config) -> None:
    """Takes a database that all users may read, as older releases made it, from them.

    One that a group may read stays so: somebody wanted that.
    """
    file = database_file(config.database_url)
    for path in [Path(f"{file}{ending}") for ending in ("", "-wal", "-shm")] if file else ():
        if _others_may(path):
            try:
                path.chmod(0o600)
            except OSError as error:
                logger.warning(
                    "All users of this machine can read %s, which holds the keys that tokens and "
                    "links are signed with, and it cannot be changed: %s",
                    path,
                    error.strerror,
                )
            else:
                logger.warning("All users of this machine could read %s; now they cannot.", path)
    if _others_may(config.data_dir):
        logger.warning(
            "All users of this machine can look into the data folder %s: chmod go-rwx ends that.",
            config.data_dir,
        )


def _others_may(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:  # not there yet
        return False
