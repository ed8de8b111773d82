"""Keeps the keys that all servers of a database sign with, and replaces them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.audit import AuditAction, AuditEntry
from server.domain.tenant import Tenant
from server.ports import Clock, Database, KeptKey, SigningKey
from server.service.origin import current_origin

#: Bytes of a secret: as many as the hash of the signatures has.
SECRET_BYTES = 32
#: Seconds after which a server looks for new keys.
REREAD = 10.0
#: Seconds between two looks for keys that are not known: anybody can name such.
REREAD_UNKNOWN = 1.0
#: How long a new key only checks. By then all servers know it, also those whose clocks go wrong.
SETTLING = timedelta(seconds=30)


class SharedKeys:
    """Keeps signing keys in the database, and knows them for some seconds. Safe on any thread."""

    def __init__(
        self, database: Database, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        #: By purpose: when they were read, and what was found.
        self._known: dict[str, tuple[float, Sequence[KeptKey]]] = {}

    def current(self, purpose: str) -> SigningKey:
        """Gives the key to sign with now; made at its first use."""
        now = self._clock.now()
        kept = holding(self._read(purpose, REREAD), now)
        return signing(kept or self._make(purpose, now), now)

    def find(self, purpose: str, key_id: str) -> SigningKey | None:
        """Finds a key that signatures may still be checked with."""
        for age in (REREAD, REREAD_UNKNOWN):
            for kept in holding(self._read(purpose, age), self._clock.now()):
                if kept.key.key_id == key_id:
                    return kept.key
        return None

    def _read(self, purpose: str, age: float) -> Sequence[KeptKey]:
        """Gives what was read at most age seconds ago."""
        read, kept = self._known.get(purpose, (-float("inf"), ()))
        if self._monotonic() - read >= age:
            read = self._monotonic()
            with self._database.read() as unit:
                kept = unit.signing_keys.list(purpose)
            self._known[purpose] = read, kept
        return kept

    def _make(self, purpose: str, now: datetime) -> Sequence[KeptKey]:
        with self._database.write() as unit:
            unit.signing_keys.lock(purpose)
            # Another server may have been first.
            kept = holding(unit.signing_keys.list(purpose), now)
            if not kept:
                kept = [new_key(now)]
                unit.signing_keys.add(purpose, kept[0])
                unit.commit()
        self._known.pop(purpose, None)
        return kept


@dataclass(frozen=True, slots=True)
class RotateKeys:
    """Replaces the key that is signed with."""

    database: Database
    clock: Clock

    def __call__(self, purpose: str, lifetime: timedelta) -> KeptKey:
        """Makes a key that signs from now on; those before hold for as long as signatures do.

        With no lifetime they hold no longer: servers that run know within REREAD seconds, but may
        believe what they have checked for some more.
        """
        now = self.clock.now()
        # The one before still signs for a while.
        until = now + lifetime + 2 * SETTLING if lifetime else now
        key = new_key(now)
        with self.database.write() as unit:
            unit.signing_keys.lock(purpose)
            unit.signing_keys.retire(purpose, until)
            unit.signing_keys.forget(purpose, now)
            unit.signing_keys.add(purpose, key)
            told = (
                f"new key {key.key.key_id}; those before hold until {until:%Y-%m-%d %H:%M:%S} UTC"
            )
            action, nobodys = AuditAction.ROTATE_KEYS, Tenant("")
            unit.audit.add(AuditEntry(now, nobodys, action, purpose, current_origin(), told))
            unit.commit()
        return key


def new_key(now: datetime) -> KeptKey:
    """Makes a key of random bytes."""
    return KeptKey(SigningKey(secrets.token_hex(8), secrets.token_bytes(SECRET_BYTES)), now)


def holding(kept: Sequence[KeptKey], now: datetime) -> list[KeptKey]:
    """Gives the keys that signatures are still checked with."""
    return [each for each in kept if each.holds_until is None or now < each.holds_until]


def signing(kept: Sequence[KeptKey], now: datetime) -> SigningKey:
    """Chooses of keys, the oldest first, the one to sign with."""
    settled = [each.key for each in kept if each.created_at <= now - SETTLING]
    return settled[-1] if settled else kept[0].key
