"""A database with invoices from before there were credit notes keeps all of them."""

from contextlib import contextmanager

import pytest
from sqlalchemy import bindparam, text

from server.domain.errors import Conflict
from server.ports import RememberedRequest
from server.storage import migrate, open_database
from server.storage.columns import Timestamp
from server.storage.engine import open_engines
from server.storage.snapshots import write_invoice
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, NOON, imported, make_document, make_order, write

OLD = [make_invoice(2, number=f"R-{n}", order_id=f"o-{n}") for n in range(3)]


DOCUMENT = make_document("R-1")


@pytest.fixture
def old_database(at_revision):
    """The URL of a database as the first release made it, with data in it."""
    new_url = at_revision("0001")
    insert(
        new_url,
        "INSERT INTO invoices (tenant, number, order_id, job_id, snapshot) "
        "VALUES ('acme', :number, :order_id, 'job-1', :snapshot)",
        *(
            {"number": i.number, "order_id": i.draft.order_id, "snapshot": write_invoice(i)}
            for i in OLD
        ),
    )
    insert(
        new_url,
        "INSERT INTO documents (tenant, invoice_number, format, media_type, file_name, size, "
        "sha256, key) VALUES ('acme', 'R-1', 'PDF', :media_type, :file_name, :size, :sha256, :key)",
        {
            name: getattr(DOCUMENT, name)
            for name in ("media_type", "file_name", "size", "sha256", "key")
        },
    )
    insert(
        new_url,
        "INSERT INTO job_requests (tenant, request_id, job_id, fingerprint, created_at) "
        "VALUES ('acme', 'key', 'job-1', :fingerprint, :created_at)",
        {"fingerprint": "f" * 64, "created_at": NOON},
    )
    return new_url


def insert(url, statement, *rows):
    with writing(url) as connection:
        query = text(statement)
        if "created_at" in rows[0]:
            query = query.bindparams(bindparam("created_at", type_=Timestamp))
        connection.execute(query, list(rows))


@contextmanager
def writing(url):
    engines = open_engines(url)
    with engines.writer.begin() as connection:
        yield connection
    engines.close()


def test_invoices_documents_and_request_ids_are_all_there(old_database):
    migrate(old_database)
    database = open_database(old_database)
    with database.read() as unit:
        records = unit.invoices.page(ACME, "", "", None, 10).items
        assert [record.invoice for record in records] == OLD[::-1]
        assert not any(record.cancelled for record in records)
        assert unit.invoices.documents(ACME, "R-1") == (make_document("R-1"),)
        assert unit.invoices.of_orders(ACME, ["o-2"])["o-2"].number == "R-2"
        assert [r.invoice for r in unit.invoices.page(ACME, "", "job-1", None, 9).items] == OLD[
            ::-1
        ]
        remembered = RememberedRequest("job-1", "f" * 64, NOON)
        assert unit.requests.find(ACME, "key") == remembered
    database.close()


def test_old_invoices_are_live_still_unique_and_can_be_cancelled(old_database):
    migrate(old_database)
    database = open_database(old_database)
    write(database, lambda unit: unit.orders.put(ACME, imported(make_order("o-1"))))
    again = make_invoice(2, number="R-9", order_id="o-1")
    with pytest.raises(Conflict):
        write(database, lambda unit: unit.invoices.add(ACME, "job-2", [again]))
    with database.read() as unit:
        assert unit.orders.page(ACME, False, "", None, 9).items == ()
    write(database, lambda unit: unit.invoices.cancel(ACME, "R-1"))
    with database.read() as unit:
        assert [o.order_id for o in unit.orders.page(ACME, False, "", None, 9).items] == ["o-1"]
    write(database, lambda unit: unit.invoices.add(ACME, "job-2", [again]))
    with database.read() as unit:
        newest = unit.invoices.page(ACME, "", "", None, 1)
        assert newest.items[0].invoice == again
        older = unit.invoices.page(ACME, "", "", newest.next_cursor, 9)
        assert [record.invoice for record in older.items] == OLD[::-1]
    database.close()


def test_a_migration_that_stops_half_way_leaves_the_old_database(old_database):
    with writing(old_database) as connection:
        # In the way of the last table that the migration makes.
        connection.exec_driver_sql("CREATE TABLE requests (x INTEGER)")
    with pytest.raises(Exception, match="requests"):
        migrate(old_database)
    with writing(old_database) as connection:
        assert connection.scalar(text("SELECT count(*) FROM documents")) == 1
        assert connection.scalar(text("SELECT count(*) FROM job_requests")) == 1
        connection.exec_driver_sql("DROP TABLE requests")
    migrate(old_database)
