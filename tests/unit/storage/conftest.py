"""An SQLite database with its tables, and a look beneath it."""

from __future__ import annotations

import pytest

from server.storage import migrate
from server.storage.engine import open_engines
from server.storage.unit_of_work import SqlDatabase


@pytest.fixture
def file(tmp_path):
    """Where the database lies."""
    return tmp_path / "data" / "invoicejobs.db"


@pytest.fixture
def url(file):
    """The URL of a migrated database."""
    url = f"sqlite:///{file}"
    migrate(url)
    return url


@pytest.fixture
def engines(url):
    """The engines below the database of the same test."""
    opened = open_engines(url)
    yield opened
    opened.close()


@pytest.fixture
def database(engines):
    """A database over the engines."""
    return SqlDatabase(engines)
