"""Fits the open connections to the files that this process may have open."""

from __future__ import annotations

import logging
import resource
from contextlib import suppress

log = logging.getLogger("gateway")

#: Files that are none of connections: the log, the listener, the channel, modules.
KEPT_FREE = 64


def fit_connections(most: int) -> int:
    """Raises the limit of open files as far as it goes; gives how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # Where the system has a bound of its own below the one that it tells.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    fitting = most if soft == resource.RLIM_INFINITY else max(1, soft - KEPT_FREE)
    if fitting < most:
        log.warning(
            "%d connections at most, not the %d of INVOICEJOBS_REST_MAX_CONNECTIONS: this process "
            "may have only %d files open (ulimit -n, LimitNOFILE)",
            *(fitting, most, soft),
        )
    return min(most, fitting)
