"""What tenants decide, each tenant's settings as one snapshot."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.storage.images import read_logos, store_logos
from server.storage.locks import lock_name
from server.storage.prepared import Prepared
from server.storage.snapshots import dress_settings, read_settings, write_settings
from server.storage.tables import settings as table

_SNAPSHOT = Prepared(select(table.c.snapshot).where(table.c.tenant == bindparam("tenant")))


class SqlSettingsStore:
    """Keeps tenants' settings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, tenant: Tenant) -> TenantSettings | None:
        """Finds a tenant's settings, logos included."""
        settings = self.undressed(tenant)
        if settings is None:
            return None
        hashes = {site.branding.logo.sha256 for site in settings.sites if site.branding.logo}
        return dress_settings(settings, read_logos(self._connection, tenant, hashes))

    def undressed(self, tenant: Tenant) -> TenantSettings | None:
        """Finds a tenant's settings, their logos without data: for those who draw nothing.

        As long as they stay the same it is mostly the very same value.
        """
        found = _SNAPSHOT.rows(self._connection, {"tenant": tenant})
        return read_settings(found[0].snapshot) if found else None

    def to_replace(self, tenant: Tenant) -> TenantSettings | None:
        """Finds a tenant's settings, logos included.

        Keeps others from replacing them until the transaction ends.
        """
        lock_name(self._connection, "settings", tenant)
        return self.get(tenant)

    def put(self, tenant: Tenant, settings: TenantSettings) -> None:
        """Writes a tenant's settings, in place of the old ones."""
        # Again for one who writes without having asked: two first ones must not both insert.
        lock_name(self._connection, "settings", tenant)
        store_logos(self._connection, tenant, (site.branding for site in settings.sites))
        snapshot = write_settings(settings)
        replaced = self._connection.execute(
            update(table).where(table.c.tenant == tenant).values(snapshot=snapshot)
        )
        if replaced.rowcount == 0:
            self._connection.execute(insert(table).values(tenant=tenant, snapshot=snapshot))
