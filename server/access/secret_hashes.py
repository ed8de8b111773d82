"""Hashes of clients' secrets."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's least. Our secrets are 32 random bytes, which nobody guesses: the hash keeps them from
# whoever reads the database, and needs no more than that.
MEMORY_KIB = 19 * 1024
PASSES = 2


class Argon2Hashes:
    """Hashes by Argon2id. Each holds MEMORY_KIB while it works: callers bound how many do."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)

    def hash(self, secret: str) -> str:
        """Gives the hash to keep, parameters and salt included."""
        return self._hasher.hash(secret)

    def matches(self, secret_hash: str, secret: str) -> bool:
        """Tells whether a hash is that of the secret. Takes as long for every answer."""
        try:
            return self._hasher.verify(secret_hash, secret)
        except (VerificationError, InvalidHashError):
            return False
