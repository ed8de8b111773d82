"""Who calls, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.domain.tenant import Tenant

#: All scopes there are; `server.rpc.permissions` says which a method needs.
SCOPES = (
    "invoice.job_manage",
    "invoice.job_read",
    "invoice.invoice_read",
    "invoice.invoice_manage",
    "invoice.settings_manage",
    "order.order_manage",
    "order.order_read",
)
#: What stands in a scope string before the tenant's name.
TENANT_PREFIX = "tenant="


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a valid token speaks for."""

    #: A client's or a person's id, by whoever gave the token.
    subject: str
    tenant: Tenant
    scopes: frozenset[str]
    #: The token's own id; empty where it has none.
    token_id: str
    expires_at: datetime


def scope_string(tenant: Tenant, scopes: tuple[str, ...]) -> str:
    """Writes a tenant and scopes as tokens and their answers do."""
    return " ".join((f"{TENANT_PREFIX}{tenant}", *scopes))
