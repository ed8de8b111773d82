"""Counts calls that were refused before anybody looked at them.

They are refused because there is no time for more, so they have no line, no trace and no method:
what a client wrote there was compared with nothing and is no label of ours.
"""

from __future__ import annotations

import logging

import grpc

from process.refusals import Refusals
from server.observing.metrics import Metrics

log = logging.getLogger(__name__)

#: Stands for the method.
_ANY = "any"


class CountRefused:
    """Counts a call each time it is called, and tells the log now and then."""

    def __init__(self, metrics: Metrics) -> None:
        self._count = metrics.calls(_ANY, grpc.StatusCode.RESOURCE_EXHAUSTED.name)
        self._refusals = Refusals(log)

    def __call__(self) -> None:
        """Counts one."""
        self._count.inc()
        self._refusals.add(f"{_ANY} method")
