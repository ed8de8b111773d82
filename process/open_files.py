"""Fits the open connections to the files that this process may have open."""

from __future__ import annotations

import logging
import resource
from contextlib import suppress

log = logging.getLogger(__name__)


def fit_connections(most: int, setting: str, kept_free: int) -> int:
    """Raises the limit of open files as far as it goes; gives how many connections fit.

    setting names what most was given by; kept_free files are none of connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # Where the system has a bound of its own below the one that it tells.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    fitting = most if soft == resource.RLIM_INFINITY else max(1, soft - kept_free)
    if fitting < most:
        log.warning(
            "%d connections at most, not the %d of %s: this process may have only %d files open "
            "(ulimit -n, LimitNOFILE)",
            *(fitting, most, setting, soft),
        )
    return min(most, fitting)
