"""Locks of PostgreSQL, where writers run side by side. SQLite has one writer and needs none.

Whoever needs several takes them in this order, so that no two wait for each other: a name, a
chunk, an invoice, orders by id, counters, pictures by hash, a job. A lock is taken by a statement
before the one that relies on it, which then sees all that others have committed by then.

A schedule is locked last where settings are saved, and first where it starts a job: the two have no
other lock in common.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import BigInteger, Connection, bindparam, func, select, true

from server.storage.prepared import Prepared

_LOCK = Prepared(
    select(func.pg_advisory_xact_lock(bindparam("name", type_=BigInteger())).label("locked"))
)

_LOCK_IN_HASTE = Prepared(
    select(
        func.pg_advisory_xact_lock(bindparam("name", type_=BigInteger())).label("locked"),
        func.set_config("synchronous_commit", "off", true()).label("in_haste"),
    )
)


def runs_beside_writers(connection: Connection) -> bool:
    """Tells whether a transaction writes while others write, too."""
    reads_only = connection.get_execution_options().get("postgresql_readonly", False)
    return connection.dialect.name == "postgresql" and not reads_only


def lock_name(connection: Connection, *name: str) -> None:
    """Keeps others who lock the same name waiting until the transaction ends.

    For what has no row that could be locked, or not yet.
    """
    if runs_beside_writers(connection):
        _LOCK.rows(connection, {"name": _key_of(*name)})


def lock_claims(connection: Connection) -> None:
    """Keeps others who claim chunks waiting until the transaction ends, which waits for no disk.

    A server that crashes may forget the last claims. Then it has forgotten all that came after
    them, too: nobody has got a number or an outcome for a chunk that is free again, and who goes
    on with it finds, in the transaction that would write one, that it is not theirs any more.
    """
    if runs_beside_writers(connection):
        _LOCK_IN_HASTE.rows(connection, {"name": _key_of("claim")})


def _key_of(*name: str) -> int:
    digest = hashlib.sha256("\x1f".join(name).encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
