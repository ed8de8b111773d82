"""Pictures of invoices and settings, each kept once for a tenant."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, bindparam, select

from server.domain.branding import Branding, Image
from server.domain.tenant import Tenant
from server.storage.by_ids import ByIds
from server.storage.dialects import insert_missing
from server.storage.tables import images

_BY_HASH = ByIds(
    select(images.c.sha256, images.c.data).where(images.c.tenant == bindparam("tenant")),
    images.c.sha256,
)


def store_logos(connection: Connection, tenant: Tenant, brandings: Iterable[Branding]) -> None:
    """Keeps the logos of brandings; those kept already stay as they are."""
    logos = {branding.logo.sha256: branding.logo for branding in brandings if branding.logo}
    rows = [{"tenant": tenant, "sha256": logo.sha256, "data": logo.data} for logo in logos.values()]
    insert_missing(connection, images, rows)


def read_logos(connection: Connection, tenant: Tenant, hashes: Collection[str]) -> dict[str, Image]:
    """Finds logos by hash."""
    found = _BY_HASH.rows(connection, list(hashes), tenant=tenant)
    return {row.sha256: Image(row.sha256, row.data) for row in found}
