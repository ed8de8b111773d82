"""The table of signing keys; like `tables`, whose rules hold here, too."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table

from server.storage.columns import Text, Timestamp
from server.storage.tables import METADATA

signing_keys = Table(
    "signing_keys",
    METADATA,
    # What is signed with it.
    Column("purpose", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    # NULL while no other key follows it.
    Column("holds_until", Timestamp),
)
