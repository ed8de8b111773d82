"""Joins the subjects to one Config."""

from __future__ import annotations

from dataclasses import dataclass

from process.config import observing
from process.config.observing import Observing
from server.config import (
    access,
    doors,
    guarding,
    keeping,
    limits,
    links,
    storing,
    tls,
    working,
)
from server.config.access import Access
from server.config.doors import Doors
from server.config.guarding import Guarding
from server.config.keeping import Keeping
from server.config.limits import Limits
from server.config.links import Links
from server.config.storing import Storing
from server.config.tls import Tls
from server.config.working import Working


@dataclass(frozen=True, kw_only=True)
class Config(Storing, Doors, Tls, Guarding, Access, Links, Limits, Working, Keeping, Observing):
    """What the environment decides about this process."""


VARIABLES = (
    *storing.VARIABLES,
    *doors.VARIABLES,
    *tls.VARIABLES,
    *guarding.VARIABLES,
    *access.VARIABLES,
    *links.VARIABLES,
    *limits.VARIABLES,
    *working.VARIABLES,
    *keeping.VARIABLES,
    *observing.VARIABLES,
)
