"""Databases with their tables, and a look beneath them."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from server.storage import migrate, migration, prepared
from server.storage.engine import open_engines
from server.storage.unit_of_work import SqlDatabase


@pytest.fixture
def file(tmp_path):
    """Where the SQLite database lies."""
    return tmp_path / "data" / "invoicejobs.db"


@pytest.fixture
def url(file):
    """The URL of a migrated SQLite database."""
    url = f"sqlite:///{file}"
    migrate(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request, tmp_path):
    """The URL of a database of each kind that has no tables yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/invoicejobs.db"
    return request.getfixturevalue("new_postgres_url")


@pytest.fixture
def at_revision(new_url, tmp_path, monkeypatch):
    """Makes a database as an earlier release left it, and gives its URL."""

    def make(last):
        folder = tmp_path / "migrations"
        shutil.copytree(Path(migration.__file__).parent / "migrations", folder)
        for file in folder.glob("versions/*.py"):
            if file.name[:4] > last:
                file.unlink()
        with monkeypatch.context() as patch:
            patch.setattr(migration, "_MIGRATIONS", folder)
            migrate(new_url)
        return new_url

    return make


@pytest.fixture
def engines(url):
    """The engines below the SQLite database of the same test."""
    opened = open_engines(url)
    yield opened
    opened.close()


@pytest.fixture
def database(engines):
    """An SQLite database over the engines."""
    return SqlDatabase(engines)


@pytest.fixture
def statements_of(monkeypatch):
    """Notes the statements of an engine with their values, those of many rows with the first."""
    execute = prepared.execute

    @contextmanager
    def noting(engine):
        noted = []

        def note(connection, cursor, statement, parameters, context, executemany):
            noted.append((statement, parameters[0] if executemany else parameters))

        def note_prepared(connection, text, given, *, many=False):
            noted.append((text, given[0] if many else given))
            return execute(connection, text, given, many=many)

        event.listen(engine, "before_cursor_execute", note)
        monkeypatch.setattr(prepared, "execute", note_prepared)
        try:
            yield noted
        finally:
            event.remove(engine, "before_cursor_execute", note)
            monkeypatch.setattr(prepared, "execute", execute)

    return noting
