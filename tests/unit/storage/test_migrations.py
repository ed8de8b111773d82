"""Migrations make the tables that the code works with, and refuse what they do not know."""

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.domain.errors import Conflict, InvalidInput, Unavailable
from server.storage import migrate, migration, open_database
from server.storage.engine import open_engines
from server.storage.tables import METADATA
from tests.builders.storage_values import ACME, make_settings, write
from tests.unit.storage.schema import schema_of


def test_migrations_leave_nothing_for_alembic_to_change(new_url):
    migrate(new_url)
    engines = open_engines(new_url)
    with engines.writer.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engines.close()


def test_migrations_make_exactly_what_the_tables_say(new_url):
    # Alembic does not compare everything: not WHERE of an index, not WITHOUT ROWID, no collation.
    migrate(new_url)
    migrated = schema_of(new_url)
    engines = open_engines(new_url)
    METADATA.drop_all(engines.writer)
    assert schema_of(new_url) == {}
    METADATA.create_all(engines.writer)
    engines.close()
    assert migrated == schema_of(new_url)


def test_migrating_again_changes_nothing_and_keeps_the_data(new_url):
    migrate(new_url)
    database = open_database(new_url)
    write(database, lambda unit: unit.settings.put(ACME, make_settings()))
    before = schema_of(new_url)
    migrate(new_url)
    assert schema_of(new_url) == before
    with database.read() as unit:
        assert unit.settings.get(ACME) == make_settings()
    database.close()


def test_a_database_that_is_up_to_date_is_seen_to_be_without_alembic(new_url):
    migrate(new_url)
    script = f"import sys; from server.storage import migrate; migrate({new_url!r})\n"
    script += "print('sqlalchemy' in sys.modules, 'alembic' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], text=True, stdout=-1, check=True)
    assert run.stdout.split() == ["True", "False"]


def test_the_files_of_migrations_begin_with_their_versions():
    scripts = ScriptDirectory(str(migration._MIGRATIONS))
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert migration._known_versions() == revisions[::-1]
    assert scripts.get_current_head() == revisions[0]


def test_a_newer_database_is_refused_with_a_sentence(new_url):
    migrate(new_url)
    engines = open_engines(new_url)
    with engines.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engines.close()
    with pytest.raises(Conflict) as raised:
        migrate(new_url)
    assert raised.value.reason == "DATABASE_TOO_NEW"
    assert "9999" in raised.value.message
    assert "newer" in raised.value.message


def test_a_migration_that_fails_leaves_nothing_behind(new_url, tmp_path, monkeypatch):
    folder = tmp_path / "migrations %"
    shutil.copytree(Path(migration.__file__).parent / "migrations", folder)
    monkeypatch.setattr(migration, "_MIGRATIONS", folder)
    last = max(file.name[:4] for file in folder.glob("versions/*.py"))
    broken = folder / "versions" / "0099_broken.py"
    broken.write_text(
        "from alembic import op\n"
        f"revision, down_revision = '0099', '{last}'\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (x INTEGER)')\n"
        "    op.execute('INSERT INTO nowhere VALUES (1)')\n"
    )
    with pytest.raises(Unavailable, match="nowhere"):
        migrate(new_url)
    assert schema_of(new_url) == {}
    broken.unlink()
    migrate(new_url)
    assert any("jobs_page" in name for _, name in schema_of(new_url))


def test_migrating_is_quiet(new_url, caplog, capfd):
    caplog.set_level(logging.INFO)
    migrate(new_url)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_processes_that_start_together_migrate_once(new_url):
    code = "import sys; from server.storage import migrate; migrate(sys.argv[1])"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, new_url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    database = open_database(new_url)
    assert database.ready()
    database.close()


def test_migrating_does_not_need_a_certain_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    migrate("sqlite:///var/x.db")
    assert (tmp_path / "var" / "x.db").exists()


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    file = tmp_path / "letter.txt"
    file.write_bytes(b"Dear Sir or Madam, " * 100)
    with pytest.raises(Unavailable, match="not a database"):
        migrate(f"sqlite:///{file}")
    assert file.read_bytes() == b"Dear Sir or Madam, " * 100


@pytest.mark.parametrize(
    "url",
    [
        "",
        "invoicejobs.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=ro",
        "sqlite://host/x.db",
        "postgresql://localhost",
        "postgresql+psycopg2://localhost/x",
        "mysql://localhost/x",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_an_example(url):
    with pytest.raises(InvalidInput, match=r"sqlite:///var/invoicejobs\.db"):
        open_database(url)
    with pytest.raises(InvalidInput):
        migrate(url)
