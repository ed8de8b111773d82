"""Keeps when tenants' schedules are due, and when they were last."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIMESTAMP = sa.DateTime(timezone=True)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("cron", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("due_at", TIMESTAMP),
        sa.Column("fired_at", TIMESTAMP),
        sa.PrimaryKeyConstraint("tenant", "name", name="schedules_pk"),
    )
    op.create_index(
        "schedules_due",
        "schedules",
        ["due_at", "tenant", "name"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
