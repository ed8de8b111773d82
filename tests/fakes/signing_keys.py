"""Signing keys in memory."""

from __future__ import annotations

import secrets
import threading

from server.access.keys import SHARED_KEY_BYTES
from server.ports import SigningKey


class MemoryKeys:
    """Keeps signing keys in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, list[SigningKey]] = {}

    def current(self, purpose: str) -> SigningKey:
        """Gives the key to sign with now; made at its first use."""
        with self._lock:
            return (self._keys.get(purpose) or [self._add(purpose)])[-1]

    def find(self, purpose: str, key_id: str) -> SigningKey | None:
        """Finds a key that signatures may still be checked with."""
        with self._lock:
            found = [key for key in self._keys.get(purpose, []) if key.key_id == key_id]
            return found[0] if found else None

    def rotate(self, purpose: str) -> SigningKey:
        """Makes a new key to sign with; those before still hold."""
        with self._lock:
            return self._add(purpose)

    def _add(self, purpose: str) -> SigningKey:
        key = SigningKey(secrets.token_hex(8), secrets.token_bytes(SHARED_KEY_BYTES))
        self._keys.setdefault(purpose, []).append(key)
        return key
