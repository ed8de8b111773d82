"""`invoicejobs verify`, `purge` and `orders erase` by real processes, without a server."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from server.storage import migrate, open_database
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, imported, make_order, make_series, write

ROOT = Path(__file__).parents[3]


@pytest.fixture
def data(tmp_path):
    """A data folder with an invoice whose PDF was never made."""
    url = f"sqlite:///{tmp_path}/data/invoicejobs.db"
    migrate(url)
    database = open_database(url)

    def work(unit):
        unit.orders.put(ACME, imported(make_order("o-1"), make_order("o-2")))
        (counter,) = unit.numbers.draw(ACME, make_series(), 1)
        number = make_series().number(counter)
        unit.invoices.add(ACME, "", [make_invoice(1, number=number, order_id="o-1")])

    write(database, work)
    database.close()
    # As the server makes it; who finds it open to others says so.
    (tmp_path / "data" / "invoicejobs.db").chmod(0o600)
    return tmp_path / "data"


@pytest.fixture
def run(data):
    """Runs `invoicejobs ARGUMENTS` on the data folder."""

    def run(*arguments, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}
        settings = {"INVOICEJOBS_DATA_DIR": str(data), "INVOICEJOBS_WORK_PROCESSES": "1"}
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", *arguments],
            cwd=ROOT,
            env=clean | settings | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def count(data, table):
    with closing(sqlite3.connect(data / "invoicejobs.db")) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_verify_says_what_is_wrong_then_mends_it_then_has_nothing_to_say(run, data):
    wrong = run("verify")
    assert wrong.returncode == 1
    assert wrong.stdout.startswith("acme: Invoice R-00001 has no PDF")
    assert wrong.stderr == "1 problem found.\n"
    mended = run("verify", "--repair")
    assert (mended.returncode, mended.stderr) == (0, "No problems found, and 1 more to know.\n")
    (file,) = (data / "documents").rglob("*.pdf")
    assert file.read_bytes().startswith(b"%PDF")
    sound = run("verify", "--tenant", "acme", "--quick")
    assert (sound.returncode, sound.stdout, sound.stderr) == (0, "", "No problems found.\n")


def test_verify_tells_programs_one_object_a_line(run):
    finding, counts = map(json.loads, run("verify", "--json").stdout.splitlines())
    assert finding["kind"] == "DOCUMENT_NOT_RECORDED"
    assert (finding["tenant"], finding["subject"]) == ("acme", "R-00001")
    assert counts == {"problems": 1, "findings": {"DOCUMENT_NOT_RECORDED": 1}}


def test_verify_needs_no_lock_and_leaves_what_is_being_written_alone(run, data):
    (data / "documents").mkdir()
    aside = data / "documents" / "0.part"
    aside.write_bytes(b"half")
    told = run("verify", "--json")
    assert '"TEMPORARY_FILE"' in told.stdout
    assert aside.exists()


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (("--tenant", "NO"), {}, 2, "tenant"),
        (("--tenant", "acne"), {}, 2, "only of acme"),
        (("--slow",), {}, 2, "--slow"),
        ((), {"INVOICEJOBS_KEEP_JOBS_DAYS": "soon"}, 2, "INVOICEJOBS_KEEP_JOBS_DAYS"),
        ((), {"INVOICEJOBS_DATA_DIR": "/nonexistent"}, 3, "There is no database"),
    ],
)
def test_verify_tells_wrong_use_from_what_it_cannot_see(run, arguments, environment, code, said):
    done = run("verify", *arguments, **environment)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_another_release_is_refused_and_left_alone(run, data):
    with closing(sqlite3.connect(data / "invoicejobs.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
        connection.commit()
    done = run("verify")
    assert done.returncode == 3
    assert "invoicejobs migrate" in done.stderr


def test_purge_tells_what_it_would_do_and_does_it(run, data):
    old = {"INVOICEJOBS_KEEP_INVOICES_YEARS": "1"}
    with closing(sqlite3.connect(data / "invoicejobs.db")) as connection:
        connection.execute("UPDATE invoices SET snapshot = replace(snapshot, '2025-', '2001-')")
        connection.commit()
    dry = run("purge", "--dry-run", "--json", **old)
    assert json.loads(dry.stdout) == {
        "requests": 0,
        "jobs": 0,
        "orders": 0,
        "invoices": 1,
        "dryRun": True,
    }
    assert count(data, "invoices") == 1
    done = run("purge", **old)
    assert done.returncode == 0
    assert done.stdout.startswith("Deleted 0 jobs, 1 invoices")
    assert (count(data, "invoices"), count(data, "deleted_invoices")) == (0, 1)
    assert run("verify").returncode == 0


def test_an_order_is_erased_only_when_that_is_confirmed(run, data):
    assert run("--tenant", "acme", "orders", "erase", "o-1").returncode == 1
    assert count(data, "orders") == 2
    done = run("--tenant", "acme", "orders", "erase", "o-1", "--yes")
    assert (done.returncode, done.stdout.split(". ")[1]) == (0, "Its invoice R-00001 is kept.\n")
    assert "server.audit" in done.stderr
    assert count(data, "orders") == 1
    assert b'{"id":"o-1"}' not in (data / "invoicejobs.db").read_bytes()


def test_what_was_erased_is_told_to_programs(run):
    done = run("--tenant", "acme", "--json", "orders", "erase", "o-1", "--yes")
    assert json.loads(done.stdout) == {
        "orderId": "o-1",
        "order": True,
        "outcomes": 0,
        "invoice_numbers": ["R-00001"],
        "logCleared": True,
    }


def test_an_order_that_nobody_knows_cannot_be_erased(run):
    done = run("--tenant", "acme", "orders", "erase", "o-404", "--yes")
    assert done.returncode == 3
    assert "There is no order 'o-404'" in done.stderr
