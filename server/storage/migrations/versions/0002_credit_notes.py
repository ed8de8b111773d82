"""Lets credit notes correct invoices, and request ids stand for more than jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIMESTAMP = sa.DateTime(timezone=True)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OLD = "key, tenant, number, order_id, job_id, snapshot"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_invoices()
    else:
        _alter_invoices()
    _create_invoice_indexes()
    _move_requests()


def _alter_invoices() -> None:
    op.drop_constraint("invoices_tenant_order_id_unique", "invoices")
    op.add_column("invoices", sa.Column("type_code", TEXT, nullable=False, server_default="380"))
    op.add_column("invoices", sa.Column("preceding_number", TEXT))
    op.add_column(
        "invoices", sa.Column("live", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    for column in ("type_code", "live"):
        op.alter_column("invoices", column, server_default=None)


def _rebuild_invoices() -> None:
    # SQLite cannot drop a table's constraint: all goes into a new table of the same name. The
    # documents refer to it, so they step aside meanwhile.
    op.execute("CREATE TABLE kept_documents AS SELECT * FROM documents")
    op.drop_table("documents")
    op.drop_index("invoices_page", "invoices")
    op.drop_index("invoices_of_job", "invoices")
    op.rename_table("invoices", "kept_invoices")
    op.create_table(
        "invoices",
        sa.Column("key", KEY, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("type_code", TEXT, nullable=False),
        sa.Column("preceding_number", TEXT),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("snapshot", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="invoices_pk"),
        sa.UniqueConstraint("tenant", "number", name="invoices_tenant_number_unique"),
        sqlite_autoincrement=True,
    )
    op.execute(
        f"INSERT INTO invoices ({OLD}, type_code, live) "  # noqa: S608 - a constant
        f"SELECT {OLD}, '380', 1 FROM kept_invoices ORDER BY key"
    )
    op.drop_table("kept_invoices")
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
    op.execute("INSERT INTO documents SELECT * FROM kept_documents")
    op.drop_table("kept_documents")


def _create_invoice_indexes() -> None:
    op.create_index("invoices_of_order", "invoices", ["tenant", "order_id", "key"])
    op.create_index(
        "invoices_live_unique",
        "invoices",
        ["tenant", "order_id"],
        unique=True,
        sqlite_where=sa.text("live IS 1"),
        postgresql_where=sa.text("live IS true"),
    )
    op.create_index(
        "invoices_correcting",
        "invoices",
        ["tenant", "preceding_number", "key"],
        sqlite_where=sa.text("preceding_number IS NOT NULL"),
        postgresql_where=sa.text("preceding_number IS NOT NULL"),
    )


def _move_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("result", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("created_at", TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "request_id", name="requests_pk"),
    )
    op.execute(
        "INSERT INTO requests (tenant, request_id, result, fingerprint, created_at) "
        "SELECT tenant, request_id, job_id, fingerprint, created_at FROM job_requests"
    )
    op.drop_table("job_requests")
