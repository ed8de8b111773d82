"""Clients of the built-in issuer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from server.domain.client import Client
from server.domain.tenant import Tenant
from server.storage.client_table import clients
from server.storage.paging import AnyRow


class SqlClientStore:
    """Keeps clients."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, client: Client) -> None:
        """Adds a client."""
        self._connection.execute(
            insert(clients).values(
                client_id=client.client_id,
                tenant=client.tenant,
                name=client.name,
                scopes=" ".join(client.scopes),
                secret_hash=client.secret_hash,
                created_at=client.created_at,
                revoked_at=client.revoked_at,
            )
        )

    def get(self, client_id: str) -> Client | None:
        """Finds a client, revoked ones, too."""
        row = self._connection.execute(
            select(clients).where(clients.c.client_id == client_id)
        ).one_or_none()
        return _client(row) if row else None

    def list(self, tenant: Tenant | None) -> tuple[Client, ...]:
        """Lists the clients of one tenant or of all, the oldest first."""
        wanted = select(clients).order_by(
            clients.c.tenant, clients.c.created_at, clients.c.client_id
        )
        if tenant is not None:
            wanted = wanted.where(clients.c.tenant == tenant)
        return tuple(_client(row) for row in self._connection.execute(wanted))

    def revoke(self, client_id: str, now: datetime) -> bool:
        """Revokes a client; tells whether there is one that was not revoked before."""
        revoked = self._connection.execute(
            update(clients)
            .where(clients.c.client_id == client_id, clients.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        return revoked.rowcount == 1


def _client(row: AnyRow) -> Client:
    return Client(
        client_id=row.client_id,
        tenant=Tenant(row.tenant),
        name=row.name,
        scopes=tuple(row.scopes.split()),
        secret_hash=row.secret_hash,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
