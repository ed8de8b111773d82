"""Draws one SVG from standard input as a PNG to standard output, in a process of its own.

A picture can be small and yet take hours or all memory (a thousand copies of a thousand copies).
No library bounds that; a process can be bounded. It is started by path (`svg.py` does), so that it
need not import the rest of us: it is there in a moment.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import resvg_py

#: Seconds of computing; a logo takes a tenth of one.
CPU_SECONDS = 2
MEMORY_BYTES = 512 * 1024 * 1024

_FONTS = Path(__file__).parent / "fonts"
#: The only family there is; every other name falls back to it.
_FAMILY = "Inter Tabular"


def main() -> None:
    """Draws what standard input holds; ends by a signal or with an error where it cannot."""
    _limit()
    png = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        skip_system_fonts=True,
        font_files=[str(path) for path in sorted(_FONTS.glob("InterTabular-*.ttf"))],
        serif_family=_FAMILY,
        sans_serif_family=_FAMILY,
        monospace_family=_FAMILY,
        cursive_family=_FAMILY,
        fantasy_family=_FAMILY,
    )
    sys.stdout.buffer.write(png)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # macOS refuses to lower it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    main()
