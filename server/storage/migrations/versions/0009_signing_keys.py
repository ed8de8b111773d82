"""Adds the keys that links and tokens are signed with."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TIMESTAMP = sa.DateTime(timezone=True)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIMESTAMP, nullable=False),
        sa.Column("holds_until", TIMESTAMP),
        sa.PrimaryKeyConstraint("purpose", "key_id", name="signing_keys_pk"),
    )
