"""Opens every implementation of the database, so that one contract runs over all of them."""

from __future__ import annotations

import pytest

from server.storage import migrate, open_database


@pytest.fixture(params=["sqlite"])
def database_url(request, tmp_path):
    """The URL of an empty database with its tables made. A new kind gets a name and a branch."""
    match request.param:
        case "sqlite":
            url = f"sqlite:///{tmp_path}/database/invoicejobs.db"
        case kind:
            raise NotImplementedError(kind)
    migrate(url)
    return url


@pytest.fixture
def reopen(database, database_url):
    """Closes the database and opens it as another process would find it."""
    opened = []

    def again():
        database.close()
        opened.append(open_database(database_url))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def database(database_url):
    """A database that is closed after the test."""
    opened = open_database(database_url)
    yield opened
    opened.close()
