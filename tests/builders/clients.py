"""Clients of the built-in issuer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from server.domain.client import Client
from server.domain.tenant import Tenant


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


NOW = _Now()


def client(**changes: Any) -> Client:
    """Makes a client of acme that may read and make jobs."""
    values: dict[str, Any] = {
        "client_id": "client-1",
        "tenant": Tenant("acme"),
        "name": "shop",
        "scopes": ("invoice.job_manage", "invoice.job_read"),
        "secret_hash": "hash of secret",
        "created_at": datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
    }
    return Client(**(values | changes))
