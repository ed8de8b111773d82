"""A database with invoices from before there were credit notes keeps all of them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.domain.errors import Conflict
from server.ports import RememberedRequest
from server.storage import migrate, migration, open_database
from server.storage.snapshots import write_invoice
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, NOON, imported, make_document, make_order, write

OLD = [make_invoice(2, number=f"R-{n}", order_id=f"o-{n}") for n in range(3)]


@pytest.fixture
def old_database(tmp_path, monkeypatch):
    """The URL of a database as the first release made it, with data in it."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migration.__file__).parent / "migrations", folder)
    for later in folder.glob("versions/*.py"):
        if not later.name.startswith("0001"):
            later.unlink()
    url = f"sqlite:///{tmp_path}/x.db"
    with monkeypatch.context() as patch:
        patch.setattr(migration, "_MIGRATIONS", folder)
        migrate(url)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO invoices (tenant, number, order_id, job_id, snapshot) "
            "VALUES ('acme', ?, ?, 'job-1', ?)",
            [(i.number, i.draft.order_id, write_invoice(i)) for i in OLD],
        )
        document = make_document("R-1")
        connection.execute(
            "INSERT INTO documents VALUES ('acme', 'R-1', 'PDF', ?, ?, ?, ?, ?)",
            (document.media_type, document.file_name, document.size, document.sha256,
             document.key),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO job_requests VALUES ('acme', 'key', 'job-1', ?, ?)",
            ("f" * 64, NOON.replace(tzinfo=None).isoformat(" ", "microseconds")),
        )
    return url


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
        assert newest.next_cursor == "4"
    database.close()


def test_a_migration_that_stops_half_way_leaves_the_old_database(old_database, tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        # In the way of the last table that the migration makes.
        connection.execute("CREATE TABLE requests (x)")
    with pytest.raises(Exception, match="requests"):
        migrate(old_database)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM job_requests").fetchone() == (1,)
        connection.execute("DROP TABLE requests")
    migrate(old_database)
