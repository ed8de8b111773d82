"""How much unfinished work tenants have: counted, or known from counting before."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.tenant import Tenant
from server.ports import JobLoad, UnitOfWork

#: Of so many tenants it is known.
REMEMBERED = 10_000


class JobLoads:
    """Tells loads. Ask and tell within transactions that write.

    To count takes longer the more there is. Where all who add work share one JobLoads and write
    one at a time, what was counted once and what was added since is never less than there is.
    """

    def __init__(self, *, alone: bool = False) -> None:
        """Takes whether all who add work to the database share this and write one at a time."""
        self._alone = alone
        self._known: dict[Tenant, JobLoad] = {}

    def at_most(self, unit: UnitOfWork, tenant: Tenant) -> JobLoad:
        """Gives a load that is not exceeded; what was done since it was counted is still in it."""
        known = self._known.get(tenant)
        return self.counted(unit, tenant) if known is None else known

    def counted(self, unit: UnitOfWork, tenant: Tenant) -> JobLoad:
        """Gives the load as it is."""
        load = unit.jobs.load(tenant)
        if self._alone:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[tenant] = load
        return load

    def add(self, added: Mapping[Tenant, JobLoad]) -> None:
        """Takes what a transaction adds, before its commit: if that fails, it is only too much."""
        for tenant, more in added.items():
            if tenant in self._known:
                self._known[tenant] += more
