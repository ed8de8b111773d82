"""Keeps who did what, and with each job the request that asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIMESTAMP = sa.DateTime(timezone=True)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFUSAL = "'the audit log is append-only'"
_ON_FILE = "CREATE TRIGGER {0} BEFORE {1} ON audit_log {2}BEGIN SELECT RAISE(ABORT, {3}); END"
# INSERT OR REPLACE deletes without firing the trigger of deletions.
_IS_THERE = "WHEN EXISTS (SELECT 1 FROM audit_log WHERE key = NEW.key) "
_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_log_keeps() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
"""
_ON_SERVER = """
CREATE TRIGGER audit_log_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keeps()
"""
GUARDS = {
    "sqlite": (
        _ON_FILE.format("audit_log_keeps_changed", "UPDATE", "", _REFUSAL),
        _ON_FILE.format("audit_log_keeps_deleted", "DELETE", "", _REFUSAL),
        _ON_FILE.format("audit_log_keeps_replaced", "INSERT", _IS_THERE, _REFUSAL),
    ),
    "postgresql": (_FUNCTION, _ON_SERVER),
}


def upgrade() -> None:
    for column in ("subject", "address", "request_id", "trace"):
        op.add_column("jobs", sa.Column(column, TEXT))
    op.create_table(
        "audit_log",
        sa.Column("key", KEY, nullable=False),
        sa.Column("at", TIMESTAMP, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("trace", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="audit_log_pk"),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_log_of_tenant", "audit_log", ["tenant", "key"])
    op.create_index("audit_log_about", "audit_log", ["about", "key"])
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
