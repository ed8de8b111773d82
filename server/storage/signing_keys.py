"""The keys that this service signs with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from server.ports import KeptKey, SigningKey
from server.storage.key_table import signing_keys
from server.storage.locks import lock_name


class SqlSigningKeyStore:
    """Keeps signing keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, purpose: str) -> None:
        """Keeps all others who lock the purpose's keys waiting until the transaction ends."""
        lock_name(self._connection, "signing_keys", purpose)

    def list(self, purpose: str) -> tuple[KeptKey, ...]:
        """Lists the keys of a purpose, the oldest first, also those that hold no longer."""
        rows = self._connection.execute(
            select(signing_keys)
            .where(signing_keys.c.purpose == purpose)
            .order_by(signing_keys.c.created_at, signing_keys.c.key_id)
        )
        return tuple(
            KeptKey(SigningKey(row.key_id, bytes(row.secret)), row.created_at, row.holds_until)
            for row in rows
        )

    def add(self, purpose: str, key: KeptKey) -> None:
        """Adds a key."""
        self._connection.execute(
            insert(signing_keys).values(
                purpose=purpose,
                key_id=key.key.key_id,
                secret=key.key.secret,
                created_at=key.created_at,
                holds_until=key.holds_until,
            )
        )

    def retire(self, purpose: str, holds_until: datetime) -> None:
        """Lets no key of the purpose that is there now hold longer than until then."""
        self._connection.execute(
            update(signing_keys)
            .where(
                signing_keys.c.purpose == purpose,
                or_(signing_keys.c.holds_until.is_(None), signing_keys.c.holds_until > holds_until),
            )
            .values(holds_until=holds_until)
        )

    def forget(self, purpose: str, now: datetime) -> None:
        """Deletes the keys of the purpose that hold no longer."""
        self._connection.execute(
            delete(signing_keys).where(
                signing_keys.c.purpose == purpose, signing_keys.c.holds_until <= now
            )
        )
