"""The processes of a run: what they cost in processor time, as Linux counts it, and their cores."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
#: Places in /proc/PID/stat behind the name: the parent, and ticks of the process and its dead.
_PARENT, _TICKS = 1, slice(11, 15)


def cpu_seconds(root: int) -> tuple[float, float]:
    """Gives the seconds of a process itself, and those of all that it started."""
    table = _all_processes()
    own = sum(int(ticks) for ticks in table.get(root, [])[_TICKS][:2]) / _TICK
    # With the ticks of those that ended, which their parents inherit.
    members = [table.get(member, [])[_TICKS] for member in _family(root, table)]
    return own, sum(int(ticks) for member in members for ticks in member) / _TICK - own


def keep_to(root: int, cores: Collection[int]) -> None:
    """Lets a process and all that it started, or will start, run on these cores only."""
    for member in _family(root, _all_processes()):
        for task in Path(f"/proc/{member}/task").glob("*"):
            with suppress(ProcessLookupError):  # ended meanwhile
                os.sched_setaffinity(int(task.name), cores)


def _family(root: int, table: dict[int, list[str]]) -> list[int]:
    family = [root]
    for member in family:
        family += [child for child, of in table.items() if of and int(of[_PARENT]) == member]
    return family


def _all_processes() -> dict[int, list[str]]:
    return {int(folder.name): _fields(folder) for folder in Path("/proc").glob("[0-9]*")}


def _fields(folder: Path) -> list[str]:
    try:
        text = (folder / "stat").read_text()
    except OSError:
        return []  # ended meanwhile
    # The name is in brackets and may hold anything.
    return text.rpartition(")")[2].split()
