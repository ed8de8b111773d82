"""Creates, lists and revokes the clients that get tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from server.domain.audit import AuditAction, AuditEntry
from server.domain.client import Client, check_client
from server.domain.errors import NotFound
from server.domain.tenant import Tenant
from server.ports import Clock, Database, SecretHashes
from server.service.origin import current_origin

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class CreateClient:
    """Creates a client."""

    database: Database
    clock: Clock
    new_id: Callable[[], str]
    hashes: SecretHashes

    def __call__(self, tenant: Tenant, name: str, scopes: tuple[str, ...]) -> tuple[Client, str]:
        """Creates a client and gives it and its secret, which is told only now.

        Raises InvalidInput for a useless name and unknown scopes.
        """
        scopes = tuple(dict.fromkeys(scopes))
        check_client(name, scopes)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        client = Client(
            client_id=self.new_id(),
            tenant=tenant,
            name=name,
            scopes=scopes,
            secret_hash=self.hashes.hash(secret),
            created_at=self.clock.now(),
        )
        with self.database.write() as unit:
            unit.clients.add(client)
            action, detail = AuditAction.CREATE_CLIENT, " ".join(scopes)
            unit.audit.add(
                AuditEntry(
                    client.created_at, tenant, action, client.client_id, current_origin(), detail
                )
            )
            unit.commit()
        return client, secret


@dataclass(frozen=True, slots=True)
class ListClients:
    """Lists clients."""

    database: Database

    def __call__(self, tenant: Tenant | None) -> tuple[Client, ...]:
        """Lists the clients of one tenant or of all, revoked ones, too."""
        with self.database.read() as unit:
            return unit.clients.list(tenant)


@dataclass(frozen=True, slots=True)
class RevokeClient:
    """Revokes a client."""

    database: Database
    clock: Clock

    def __call__(self, client_id: str) -> None:
        """Lets a client get no more tokens; those it has hold until they expire.

        Raises NotFound when there is none of that id that was not revoked before.
        """
        with self.database.write() as unit:
            now, client = self.clock.now(), unit.clients.get(client_id)
            if client is None or not unit.clients.revoke(client_id, now):
                raise NotFound(
                    f"There is no client {client_id!r} that could be revoked.",
                    reason="CLIENT_NOT_FOUND",
                )
            action = AuditAction.REVOKE_CLIENT
            unit.audit.add(AuditEntry(now, client.tenant, action, client_id, current_origin()))
            unit.commit()
