"""Watches the processes: that they live, what they log, how much memory they hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from subprocess import Popen

from tests.torture.plant import work_processes

#: KiB, as the system counts, in a MiB.
MIB = 1024
#: MiB that a process may grow by in the second half, or the share of what it had.
GROWTH, GROWTH_SHARE = 24, 0.1
#: MiB that no process may ever hold.
MOST = 1500
#: Looks below which memory is not judged: caches still fill.
FEWEST_LOOKS = 12
#: What a program says that has no words for what happened.
_TRACE = re.compile(r"Traceback|\bCoredump\b|Segmentation fault|exception was never retrieved")


class Watch:
    """Looks now and then."""

    def __init__(self, processes: Mapping[str, Popen[bytes]], log: Path) -> None:
        """Takes the processes by their names; one that is called server also draws."""
        self._processes = processes
        self._log = log
        self._read = 0
        self._memory: dict[str, list[float]] = {name: [] for name in processes}
        self._most: dict[str, float] = {}
        self._drawing = set(work_processes(processes["server"].pid))

    def look(self) -> Iterator[str]:
        """Tells what is wrong since the last look."""
        yield from self._of_log()
        for name, process in self._processes.items():
            if process.poll() is not None:
                yield f"the {name} ended with {process.returncode}"
                continue
            self._memory[name].append(_mebibytes(process.pid, "VmRSS"))
            most = _mebibytes(process.pid, "VmHWM")
            if most > max(MOST, self._most.get(name, 0) + GROWTH):
                yield f"the {name} held {most:.0f} MiB at a time"
            self._most[name] = most
        drawing = set(work_processes(self._processes["server"].pid))
        # Those of previews come and go; those that were there must still be.
        if lost := self._drawing - drawing:
            yield f"{len(lost)} processes that draw ended"
            self._drawing = drawing

    def memory(self) -> dict[str, tuple[float, float]]:
        """Gives the MiB of each process: the median of the third and of the last quarter."""
        return {name: _quarters(looks) for name, looks in self._memory.items() if looks}

    def growth(self) -> Iterator[str]:
        """Tells which process grew in the second half."""
        for name, (before, after) in self.memory().items():
            grew = after - before > max(GROWTH, GROWTH_SHARE * before)
            if grew and len(self._memory[name]) >= FEWEST_LOOKS:
                yield f"the {name} grew from {before:.0f} to {after:.0f} MiB in the second half"

    def _of_log(self) -> Iterator[str]:
        with self._log.open("rb") as log:
            log.seek(self._read)
            fresh = log.read()
        fresh = fresh[: fresh.rfind(b"\n") + 1]
        self._read += len(fresh)
        for line in fresh.decode(errors="replace").splitlines():
            if problem := _problem(line):
                yield f"the log {problem}: {line[:3000]}"


def _problem(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        # What the processes say when they start is no log.
        entry = {}
    if entry.get("level") in ("error", "critical"):
        return "tells of an error"
    return "shows a trace" if "exception" in entry or _TRACE.search(line) else ""


def _quarters(looks: list[float]) -> tuple[float, float]:
    half = looks[len(looks) // 2 :]
    middle = max(1, len(half) // 2)
    return median(half[:middle]), median(half[middle:] or half)


def _mebibytes(pid: int, name: str) -> float:
    """Gives how much memory a process holds (VmRSS), or held at most (VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) / MIB
