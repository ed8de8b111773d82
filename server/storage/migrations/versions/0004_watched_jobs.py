"""Lets jobs be watched, cancelled, tried again, and listed by type and time.

Outcomes are counted in the order they are recorded. Of those that are there already nobody knows
it any more, so they count by their position.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIMESTAMP = sa.DateTime(timezone=True)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("retry_of", TEXT))
    op.add_column("jobs", sa.Column("cancelled_at", TIMESTAMP))
    op.add_column("job_orders", sa.Column("recorded", sa.Integer()))
    op.execute(
        "UPDATE job_orders SET recorded = counted.number FROM ("
        "SELECT job_key, position, "
        "row_number() OVER (PARTITION BY job_key ORDER BY position) AS number "
        "FROM job_orders WHERE status <> 'PENDING'"
        ") AS counted "
        "WHERE job_orders.job_key = counted.job_key AND job_orders.position = counted.position"
    )
    op.create_index(
        "job_orders_recorded",
        "job_orders",
        ["job_key", "recorded"],
        unique=True,
        sqlite_where=sa.text("recorded IS NOT NULL"),
        postgresql_where=sa.text("recorded IS NOT NULL"),
    )
    _index_lists()


def _index_lists() -> None:
    for index in ("jobs_page", "jobs_unfinished"):
        op.drop_index(index, "jobs")
    op.create_index("jobs_page", "jobs", ["tenant", "created_at", "key"])
    op.create_index("jobs_of_type", "jobs", ["tenant", "job_type", "created_at", "key"])
    op.create_index(
        "jobs_unfinished",
        "jobs",
        ["tenant", "created_at", "key"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
