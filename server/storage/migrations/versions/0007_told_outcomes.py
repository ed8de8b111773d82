"""Gives outcomes that tell something an index by order, for the day when it is to be erased.

Most outcomes tell nothing, so jobs pay for the index only where orders fail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "job_orders_told",
        "job_orders",
        ["order_id", "job_key"],
        sqlite_where=sa.text("message != ''"),
        postgresql_where=sa.text("message != ''"),
    )
