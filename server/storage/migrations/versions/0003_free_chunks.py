"""Gives free and held chunks an index each.

PostgreSQL does not see that an index is sorted by what follows a column that IS NULL: the next
chunk of a job was found by sorting all that were free.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("chunks_open", "chunks")
    op.create_index(
        "chunks_free",
        "chunks",
        ["job_key", "not_before", "index"],
        sqlite_where=sa.text("done = 0 AND holder IS NULL"),
        postgresql_where=sa.text("NOT done AND holder IS NULL"),
    )
    op.create_index(
        "chunks_held",
        "chunks",
        ["job_key"],
        sqlite_where=sa.text("done = 0 AND holder IS NOT NULL"),
        postgresql_where=sa.text("NOT done AND holder IS NOT NULL"),
    )
