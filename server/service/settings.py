"""Reads and changes a tenant's settings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from server.domain.audit import AuditAction, AuditEntry
from server.domain.errors import Conflict, NotFound
from server.domain.settings import TenantSettings
from server.domain.settings_changes import changed_fields
from server.domain.settings_check import check_settings
from server.domain.tenant import Tenant
from server.ports import Clock, Database, FetchLogo, Identifiers, PrepareLogo
from server.service.logos import TakeLogos
from server.service.origin import current_origin
from server.service.plan_schedules import plan_schedules


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """Reads a tenant's settings."""

    database: Database

    def __call__(self, tenant: Tenant) -> TenantSettings:
        """Reads the settings. Raises NotFound while the tenant has none."""
        with self.database.read() as unit:
            settings = unit.settings.get(tenant)
        if settings is None:
            raise NotFound("The tenant has no settings yet.", reason="SETTINGS_NOT_FOUND")
        return settings


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Checks settings without saving them."""

    identifiers: Identifiers

    def __call__(self, settings: TenantSettings) -> None:
        """Raises InvalidInput that names every wrong field."""
        check_settings(settings, self.identifiers)


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Replaces a tenant's settings after checking all of them."""

    database: Database
    clock: Clock
    new_id: Callable[[], str]
    check_settings: CheckSettings
    fetch_logo: FetchLogo
    prepare_logo: PrepareLogo
    #: Tells who runs schedules that they changed.
    schedules_changed: Callable[[], None] = lambda: None

    def __call__(self, tenant: Tenant, settings: TenantSettings) -> TenantSettings:
        """Saves settings and gives them back with their new etag and time.

        Raises InvalidInput that names every wrong field, and Conflict when settings.etag is set
        and somebody changed the settings since.
        """
        self.check_settings(settings)
        settings = self._with_logos(tenant, settings)
        now = self.clock.now()
        with self.database.write() as unit:
            # Checked again here: somebody may have saved while a logo was fetched.
            before = unit.settings.to_replace(tenant)
            _refuse_stale(settings, before)
            etag = hashlib.sha256(self.new_id().encode()).hexdigest()[:16]
            saved = replace(settings, etag=etag, updated_at=now)
            unit.settings.put(tenant, saved)
            plan_schedules(unit, tenant, saved, now)
            told = "the first ones"
            if before:
                told = f"changed: {changed_fields(before, saved) or 'nothing'}"
            action, detail = AuditAction.UPDATE_SETTINGS, f"etag {etag}; {told}"
            unit.audit.add(AuditEntry(now, tenant, action, "", current_origin(), detail))
            unit.commit()
        self.schedules_changed()
        return saved

    def _with_logos(self, tenant: Tenant, settings: TenantSettings) -> TenantSettings:
        with self.database.read() as unit:
            current = unit.settings.get(tenant)
        _refuse_stale(settings, current)
        take_logos = TakeLogos(self.clock, self.fetch_logo, self.prepare_logo)
        return take_logos(settings, current)


def _refuse_stale(settings: TenantSettings, current: TenantSettings | None) -> None:
    if settings.etag and (current is None or current.etag != settings.etag):
        raise Conflict(
            "The settings were changed since you read them. Read them again, make your "
            "change there and save with the new etag.",
            reason="SETTINGS_CHANGED",
        )
