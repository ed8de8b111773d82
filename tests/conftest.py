"""A real PostgreSQL for whatever test asks for one."""

from __future__ import annotations

import os
import uuid

import pytest

from server.storage import migrate
from server.storage.tables import METADATA
from tests.postgres import shared_server


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    """The server that all worker processes of this run share."""
    home = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        home = home.parent
    with shared_server(home) as server:
        yield server


@pytest.fixture
def new_postgres_url(postgres_server):
    """The URL of a database of the test's own, without tables."""
    with postgres_server.database(f"test_{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture(scope="session")
def _worker_database(postgres_server):
    name = f"worker_{uuid.uuid4().hex}"
    with postgres_server.database(name) as url:
        migrate(url)
        yield name, url


@pytest.fixture
def postgres_url(postgres_server, _worker_database):
    """The URL of an empty database with its tables made; every test finds it as if new."""
    name, url = _worker_database
    # Much faster than a database for each test, and than TRUNCATE.
    deletions = "; ".join(f'DELETE FROM "{table.name}"' for table in METADATA.sorted_tables)
    sequences = "; ".join(
        f"ALTER SEQUENCE {table}_key_seq RESTART" for table in ("jobs", "invoices")
    )
    postgres_server.run(
        f"SET session_replication_role = replica; {deletions}; {sequences}", database=name
    )
    return url
