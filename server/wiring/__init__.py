"""The only place that chooses and joins parts."""

from server.wiring.clock import SystemClock
from server.wiring.inside import Service, open_service, retention_of
from server.wiring.observing import observing
from server.wiring.previews import render_files
from server.wiring.serving import serve

__all__ = [
    "Service",
    "SystemClock",
    "observing",
    "open_service",
    "render_files",
    "retention_of",
    "serve",
]
