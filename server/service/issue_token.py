"""Issues tokens to clients that show their secret."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from server.domain.caller import TENANT_PREFIX, scope_string
from server.domain.client import Client
from server.domain.errors import InvalidInput, NotReady, Unauthenticated
from server.ports import Clock, Database, MintToken, SecretHashes
from server.service.attempts import Attempts

logger = logging.getLogger(__name__)

#: Longer ones are no client's; hashing them would only cost.
LONGEST = 200  # characters
WINDOW = timedelta(minutes=5)
#: Wrong attempts in a window: for one client from one address, and from one address in all.
PER_CLIENT, PER_ADDRESS = 10, 100


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token, and what its client must know of it."""

    token: str
    #: Seconds.
    expires_in: int
    scope: str


@dataclass(frozen=True)
class IssueToken:
    """Issues a token to a client.

    Whoever calls bounds how many run at the same time: that is how many may be wrong beyond what
    the attempts allow.
    """

    database: Database
    clock: Clock
    new_id: Callable[[], str]
    hashes: SecretHashes
    mint: MintToken
    #: Seconds that a token is good for; 0 issues none.
    lifetime: int
    by_client: Attempts = field(default_factory=lambda: Attempts(PER_CLIENT, WINDOW))
    by_address: Attempts = field(default_factory=lambda: Attempts(PER_ADDRESS, WINDOW))

    def __call__(self, client_id: str, secret: str, scope: str, address: str) -> IssuedToken:
        """Issues a token. address is where the client calls from, or its network.

        Raises Unauthenticated, the same and as slowly for an unknown client as for a wrong secret,
        InvalidInput for a scope that the client does not have, LimitExceeded and NotReady.
        """
        if not self.lifetime:
            raise NotReady(
                "This service issues no tokens: get them from its identity provider.",
                reason="NO_TOKENS_HERE",
            )
        now = self.clock.now()
        named = client_id[:LONGEST]
        self.by_address.check((address,), now)
        self.by_client.check((named, address), now)
        try:
            client = self._authenticated(client_id, secret, address)
        except Unauthenticated:
            self.by_address.failed((address,), now)
            self.by_client.failed((named, address), now)
            raise
        granted = granted_scope(client, scope)
        token = self.mint(client, granted, self.new_id(), now, self.lifetime)
        return IssuedToken(token, self.lifetime, granted)

    def _authenticated(self, client_id: str, secret: str, address: str) -> Client:
        client = None
        if max(len(client_id), len(secret)) <= LONGEST:
            with self.database.read() as unit:
                client = unit.clients.get(client_id)
        secret_hash = client.secret_hash if client else self._nobodys_hash
        matches = self.hashes.matches(secret_hash, secret[:LONGEST])
        if client is None or client.revoked_at or not matches:
            # Neither the secret, which may be right but for a letter, nor what a stranger says.
            known = f"client {client.client_id}" if client else "an unknown client"
            logger.warning("no token for %s at %s: wrong secret, or revoked", known, address)
            raise Unauthenticated("The client id or its secret is wrong.", reason="INVALID_CLIENT")
        return client

    @cached_property
    def _nobodys_hash(self) -> str:
        """Is compared with where there is no client, so that it takes as long."""
        return self.hashes.hash(secrets.token_urlsafe())


def granted_scope(client: Client, asked: str) -> str:
    """Gives what a client gets of what it asks for. Raises InvalidInput when it may not have it."""
    words = list(dict.fromkeys(asked.split()))
    own = f"{TENANT_PREFIX}{client.tenant}"
    if any(word not in (own, *client.scopes) for word in words):
        raise InvalidInput.field(
            "scope", "asks for more than this client may have", reason="INVALID_SCOPE"
        )
    scopes = tuple(word for word in words if word != own)
    return scope_string(client.tenant, scopes or client.scopes)
