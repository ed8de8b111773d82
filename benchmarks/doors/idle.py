"""Our server, but for the work on jobs: they are taken, recorded and told of.

`python -m benchmarks.doors.idle serve`: what is measured then is the doors.
"""

from __future__ import annotations

import sys

from server import __main__
from server.work.local_engine import LocalEngine


def main() -> int:
    """Runs the server until it is ended."""
    LocalEngine.start = lambda _self: None  # type: ignore[method-assign, assignment]
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
