"""Creates all tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _create_job_tables()
    _create_order_tables()
    _create_invoice_tables()
    op.create_table(
        "settings",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("snapshot", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="settings_pk"),
    )


def _create_job_tables() -> None:
    op.create_table(
        "jobs",
        sa.Column("key", KEY, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("job_type", TEXT, nullable=False),
        sa.Column("created_at", TIMESTAMP, nullable=False),
        sa.Column("done_at", TIMESTAMP),
        sa.Column("order_count", sa.Integer(), nullable=False),
        sa.Column("success_count", sa.Integer(), nullable=False),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="jobs_pk"),
        sa.UniqueConstraint("job_id", name="jobs_job_id_unique"),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_page", "jobs", ["tenant", "key"])
    op.create_index(
        "jobs_unfinished",
        "jobs",
        ["tenant", "key"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "job_orders",
        sa.Column("job_key", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("invoice_number", TEXT, nullable=False),
        sa.Column("pdf_sha256", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("job_key", "position", name="job_orders_pk"),
        sa.ForeignKeyConstraint(["job_key"], ["jobs.key"], name="job_orders_jobs_fk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job_requests",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("created_at", TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "request_id", name="job_requests_pk"),
    )
    op.create_table(
        "chunks",
        sa.Column("job_key", KEY, nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("not_before", TIMESTAMP, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("holder", TEXT),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("job_key", "index", name="chunks_pk"),
        sa.ForeignKeyConstraint(["job_key"], ["jobs.key"], name="chunks_jobs_fk"),
    )
    op.create_index(
        "chunks_open",
        "chunks",
        ["job_key", "holder", "not_before", "index"],
        sqlite_where=sa.text("done = 0"),
        postgresql_where=sa.text("NOT done"),
    )


def _create_order_tables() -> None:
    op.create_table(
        "orders",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("order_number", TEXT, nullable=False),
        sa.Column("site_code", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("extended_status", TEXT, nullable=False),
        sa.Column("created", TIMESTAMP),
        sa.Column("delivery_day", sa.Date()),
        sa.Column("delivery_instant", TIMESTAMP),
        sa.Column("invoiced", sa.Boolean(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("total", TEXT, nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "order_id", name="orders_pk"),
    )
    op.create_index("orders_by_status", "orders", ["tenant", "status", "order_id"])
    place = ["tenant", "created", "order_id"]
    rule = ["status", "extended_status", "site_code", "delivery_day", "delivery_instant"]
    op.create_index(
        "orders_due",
        "orders",
        [*place, *rule, "invoiced"],
        sqlite_where=sa.text("invoiced = 0"),
        postgresql_where=sa.text("NOT invoiced"),
    )
    op.create_index(
        "orders_waiting",
        "orders",
        ["tenant", "order_id"],
        sqlite_where=sa.text("invoiced = 0"),
        postgresql_where=sa.text("NOT invoiced"),
    )


def _create_invoice_tables() -> None:
    op.create_table(
        "invoices",
        sa.Column("key", KEY, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("snapshot", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="invoices_pk"),
        sa.UniqueConstraint("tenant", "number", name="invoices_tenant_number_unique"),
        sa.UniqueConstraint("tenant", "order_id", name="invoices_tenant_order_id_unique"),
        sqlite_autoincrement=True,
    )
    op.create_index("invoices_page", "invoices", ["tenant", "key"])
    op.create_index("invoices_of_job", "invoices", ["tenant", "job_id", "key"])
    op.create_table(
        "documents",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("invoice_number", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "invoice_number", "format", name="documents_pk"),
        sa.ForeignKeyConstraint(
            ["tenant", "invoice_number"],
            ["invoices.tenant", "invoices.number"],
            name="documents_invoices_fk",
        ),
    )
    op.create_table(
        "number_counters",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("sequence", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("next_value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", "key", name="number_counters_pk"),
    )
    op.create_table(
        "images",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sha256", name="images_pk"),
    )
