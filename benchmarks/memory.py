"""How much memory this process takes, in bytes; the kernel's count on Linux, else the peak."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
MIB = 1024 * 1024


def resident() -> int:
    """Gives what is in memory now."""
    return _status("VmRSS")


def peak() -> int:
    """Gives the most that ever was."""
    return _status("VmHWM")


def _status(name: str) -> int:
    if not _STATUS.exists():
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    lines = _STATUS.read_text().splitlines()
    (kibibytes,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(kibibytes) * 1024
