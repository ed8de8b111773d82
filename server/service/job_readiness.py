"""Whether settings are fit for a job: none is begun of which no order could succeed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.errors import NotReady
from server.domain.job import JobType
from server.domain.numbering import open_series
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant

#: Of so many tenants it is known that their number sequences open.
REMEMBERED = 1000


class JobReadiness:
    """Checks settings. Used from many threads.

    Number sequences are opened once for settings that stay the same: whether that goes does not
    depend on the time, and takes as long as all else that is checked of a job.
    """

    def __init__(self) -> None:
        self._open: dict[Tenant, TenantSettings] = {}

    def check(
        self, tenant: Tenant, settings: TenantSettings | None, job_type: JobType, now: datetime
    ) -> None:
        """Raises NotReady for a job of which no order could succeed."""
        if settings is None:
            raise NotReady(
                "The tenant has no settings yet: save its sites and number sequences first.",
                reason="SETTINGS_MISSING",
            )
        if job_type == JobType.AUTOMATIC and settings.selection_rule is None:
            raise NotReady(
                "The tenant's settings have no invoiceSettings, which tell an AUTOMATIC job which "
                "orders are due.",
                reason="INVOICE_SETTINGS_MISSING",
            )
        # The very same value: two that are equal take as long to compare as to check.
        if self._open.get(tenant) is settings:
            return
        for site in settings.sites:
            local_time = now.astimezone(ZoneInfo(site.time_zone))
            open_series(settings.sequence_for(site), site.data(), local_time)
        if len(self._open) >= REMEMBERED:
            self._open.clear()
        self._open[tenant] = settings
