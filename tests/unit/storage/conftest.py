"""Databases with their tables, and a look beneath them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from server.storage import migrate, migration
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
