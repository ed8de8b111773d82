"""The table of clients; like `tables`, whose rules hold here, too."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from server.storage.columns import Text, Timestamp
from server.storage.tables import METADATA

clients = Table(
    "clients",
    METADATA,
    Column("client_id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    # Separated by blanks.
    Column("scopes", Text, nullable=False),
    # Argon2, in its own notation.
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    # NULL while the client may ask for tokens.
    Column("revoked_at", Timestamp),
)

Index("clients_by_tenant", clients.c.tenant, clients.c.created_at)
