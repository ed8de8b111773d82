"""Notes every number that is drawn, and what is left of invoices that are deleted.

Numbers drawn before are noted, too, where the counter's name tells the text around them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIMESTAMP = sa.DateTime(timezone=True)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
#: Stands between the two texts in the name of a counter that was given none.
SEPARATOR = "\x1f"


def upgrade() -> None:
    _create_tables()
    _note_numbers()


def _create_tables() -> None:
    op.create_table(
        "drawn_series",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("sequence", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("first_value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", "key", name="drawn_series_pk"),
    )
    op.create_table(
        "drawn_numbers",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("sequence", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", "key", "value", name="drawn_numbers_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deleted_invoices",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("type_code", TEXT, nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("deleted_at", TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "number", name="deleted_invoices_pk"),
    )
    op.create_table(
        "housekeeping",
        sa.Column("task", TEXT, nullable=False),
        sa.Column("begun_at", TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint("task", name="housekeeping_pk"),
    )


def _note_numbers() -> None:
    connection = op.get_bind()
    counters = connection.execute(
        sa.text('SELECT tenant, sequence, "key", next_value FROM number_counters')
    ).all()
    for tenant, sequence, key, next_value in counters:
        pre_text, separator, post_text = key.partition(SEPARATOR)
        if not separator:
            continue
        rows = _drawn(connection, tenant, pre_text, post_text, next_value)
        if not rows:
            continue
        names = {"tenant": tenant, "sequence": sequence, "key": key}
        connection.execute(
            sa.text(
                'INSERT INTO drawn_numbers (tenant, sequence, "key", value, number) '
                "VALUES (:tenant, :sequence, :key, :value, :number)"
            ),
            [names | {"value": value, "number": number} for value, number in rows.items()],
        )
        connection.execute(
            sa.text(
                'INSERT INTO drawn_series (tenant, sequence, "key", first_value) '
                "VALUES (:tenant, :sequence, :key, :first)"
            ),
            names | {"first": min(rows)},
        )


def _drawn(
    connection: sa.Connection, tenant: str, pre_text: str, post_text: str, next_value: int
) -> dict[int, str]:
    """Gives the numbers of a counter by their counter value."""
    numbers = connection.execute(
        sa.text(
            "SELECT number FROM invoices WHERE tenant = :tenant "
            "AND substr(number, 1, :length) = :pre_text ORDER BY number"
        ),
        {"tenant": tenant, "length": len(pre_text), "pre_text": pre_text},
    )
    rows: dict[int, str] = {}
    for (number,) in numbers:
        digits = number[len(pre_text) : len(number) - len(post_text)]
        if not (number.endswith(post_text) and digits.isascii() and digits.isdigit()):
            continue
        if int(digits) < next_value:
            rows[int(digits)] = number
    return rows
