"""Where clients of the built-in issuer are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from server.domain.client import Client
from server.domain.tenant import Tenant


class ClientStore(Protocol):
    """Keeps clients."""

    def add(self, client: Client) -> None:
        """Adds a client."""
        ...

    def get(self, client_id: str) -> Client | None:
        """Finds a client, revoked ones, too."""
        ...

    def list(self, tenant: Tenant | None) -> tuple[Client, ...]:
        """Lists the clients of one tenant or of all, the oldest first."""
        ...

    def revoke(self, client_id: str, now: datetime) -> bool:
        """Revokes a client; tells whether there is one that was not revoked before."""
        ...
