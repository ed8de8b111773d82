"""What issuing tokens needs from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from server.domain.client import Client


class SecretHashes(Protocol):
    """Hashes secrets so that whoever reads the hashes knows no secret."""

    def hash(self, secret: str) -> str:
        """Gives the hash to keep, parameters and salt included."""
        ...

    def matches(self, secret_hash: str, secret: str) -> bool:
        """Tells whether a hash is that of the secret. Takes as long for every answer."""
        ...


class MintToken(Protocol):
    """Writes and signs a token."""

    def __call__(
        self, client: Client, scope: str, token_id: str, now: datetime, lifetime: int
    ) -> str:
        """Gives a token that is good for lifetime seconds."""
        ...
