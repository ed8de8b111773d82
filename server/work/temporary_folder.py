"""Removes the temporary folders of processes that were killed.

Python keeps the socket at which it asks for processes in a folder under `TMPDIR`. Whoever ends
removes it; whoever is killed cannot, so the next of us to start does. A socket without a file would
leave nothing, but any user could reach it, and whoever reaches it has code run as us.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import shutil
from contextlib import suppress
from functools import cache
from multiprocessing import util
from pathlib import Path

#: A file that tells our folders from those of others.
_MARK = "of-invoicejobs"


@cache
def open_temporary_folder() -> None:
    """Makes this process's folder, and removes those of processes that are gone.

    A process that was started by one of ours uses the folder of that one.
    """
    if multiprocessing.parent_process() is not None:
        return
    folder = Path(util.get_temp_dir())
    with suppress(OSError):  # a file system without locks: then nobody dares to remove it
        _lock(folder)
        # After the lock: whoever sees the mark sees whether we live.
        (folder / _MARK).touch()
    for mark in folder.parent.glob(f"pymp-*/{_MARK}"):
        with suppress(OSError):  # its process lives, or it is another user's
            held = _lock(mark.parent)
            try:
                shutil.rmtree(mark.parent)
            finally:
                os.close(held)


def _lock(folder: Path) -> int:
    """Locks a folder until what is given is closed: at the latest by the system, when we end."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held
