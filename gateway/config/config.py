"""Joins the subjects to one Config."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import access, doors, limits, tls
from gateway.config.access import Access
from gateway.config.doors import Doors
from gateway.config.limits import Limits
from gateway.config.tls import Tls
from process.config import observing
from process.config.observing import Observing


# The last base's fields come first.
@dataclass(frozen=True, kw_only=True)
class Config(Observing, Access, Limits, Tls, Doors):
    """Holds what the environment decides about this process."""


VARIABLES = (
    *doors.VARIABLES,
    *tls.VARIABLES,
    *limits.VARIABLES,
    *access.VARIABLES,
    *observing.VARIABLES,
)
