"""The tables behind the archive: which numbers were drawn, and which invoices were deleted.

They tell for ever that a sequence has no gap, also when its first invoices are long gone.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Table

from server.storage.columns import Text, Timestamp
from server.storage.tables import METADATA

drawn_series = Table(
    "drawn_series",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("sequence", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # The counter value it began with. A counter without a row here is older than this table, and
    # nobody knows any more which numbers it gave.
    Column("first_value", BigInteger, nullable=False),
)

drawn_numbers = Table(
    "drawn_numbers",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("sequence", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False),
    # Kept in the order they are drawn, without a second tree of row numbers.
    sqlite_with_rowid=False,
)

deleted_invoices = Table(
    "deleted_invoices",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    # All that is kept of it: nothing here tells of a person.
    Column("type_code", Text, nullable=False),
    Column("issue_date", Date, nullable=False),
    Column("deleted_at", Timestamp, nullable=False),
)

housekeeping = Table(
    "housekeeping",
    METADATA,
    Column("task", Text, primary_key=True),
    Column("begun_at", Timestamp, nullable=False),
)
