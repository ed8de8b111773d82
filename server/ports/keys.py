"""Where the keys are that this service signs with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret that signatures are made and checked with."""

    key_id: str
    #: Not shown where a SigningKey is printed.
    secret: bytes = field(repr=False)


class SigningKeys(Protocol):
    """Keeps the keys that all servers of a database share. Both methods may block."""

    def current(self, purpose: str) -> SigningKey:
        """Gives the key to sign with now; made at its first use."""
        ...

    def find(self, purpose: str, key_id: str) -> SigningKey | None:
        """Finds a key that signatures may still be checked with."""
        ...


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A signing key as the database keeps it."""

    key: SigningKey
    created_at: datetime
    #: When signatures made with it cease to hold; None until another key follows it.
    holds_until: datetime | None = None


class SigningKeyStore(Protocol):
    """Keeps signing keys."""

    def lock(self, purpose: str) -> None:
        """Keeps all others who lock the purpose's keys waiting until the transaction ends."""
        ...

    def list(self, purpose: str) -> tuple[KeptKey, ...]:
        """Lists the keys of a purpose, the oldest first, also those that hold no longer."""
        ...

    def add(self, purpose: str, key: KeptKey) -> None:
        """Adds a key."""
        ...

    def retire(self, purpose: str, holds_until: datetime) -> None:
        """Lets no key of the purpose that is there now hold longer than until then."""
        ...

    def forget(self, purpose: str, now: datetime) -> None:
        """Deletes the keys of the purpose that hold no longer."""
        ...
