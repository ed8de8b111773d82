"""A disk of the harness's own, which can be full or read-only also for root: a tmpfs.

Mounting needs a mount namespace (`unshare -m`), where it is gone with the last process; see
`namespace`. Where nothing can be mounted, the disks stay folders and are not harmed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

#: What a disk has room for unless it is made full: more than any number of rounds needs.
ROOMY = "8g"
#: Room left on a full disk, in bytes: a few writes still succeed, and one of them in part.
SCRAPS = 48 * 1024
#: Seconds after which a disk that stays busy is left as it is.
PATIENCE = 10.0


class Disk:
    """A mounted folder."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder and mounts a disk on it."""
        folder.mkdir(parents=True)
        self.folder = folder
        _run("mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs", str(folder))

    def fill(self) -> bool:
        """Takes the free room away; tells whether that could be done."""
        return self._until(self._fill)

    def free(self) -> None:
        """Gives the room back."""
        assert self._remount(f"size={ROOMY}")

    def forbid_writing(self) -> bool:
        """Makes the disk read-only; tells whether a moment was found when nobody wrote."""
        return self._until(lambda: self._remount("ro"))

    def allow_writing(self) -> None:
        """Makes the disk writable again."""
        assert self._remount("rw")

    def _fill(self) -> bool:
        room = os.statvfs(self.folder)
        used = (room.f_blocks - room.f_bfree) * room.f_frsize
        return self._remount(f"size={used + SCRAPS}")

    def _remount(self, option: str) -> bool:
        return _run("mount", "-o", f"remount,{option}", str(self.folder), check=False)

    def _until(self, done: Callable[[], bool]) -> bool:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                return False
        return True


def namespace() -> list[str] | None:
    """Gives what to run a command with so that it may mount; None where nothing allows it."""
    for prefix in (["unshare", "-m"], ["unshare", "-rm"]):
        with tempfile.TemporaryDirectory() as folder:
            try:
                if _run(*prefix, "mount", "-t", "tmpfs", "tmpfs", folder, check=False):
                    return prefix
            except FileNotFoundError:
                sys.stderr.write("There is no unshare here: no disk is harmed.\n")
                return None
    return None


def _run(*command: str, check: bool = True) -> bool:
    ended = subprocess.run(command, check=check, capture_output=True)
    return ended.returncode == 0
