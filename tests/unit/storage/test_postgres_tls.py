"""Connections to PostgreSQL over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from server.domain.errors import Unavailable
from server.storage import server_address
from server.storage.engine import open_engines
from tests.builders.certificates import Authority
from tests.builders.postgres_tls import tls_before


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def place(postgres_server):
    return postgres_server.folder / ".s.PGSQL.5432"


@contextmanager
def connected(url: str) -> Iterator[bool]:
    """Connects, and tells whether the connection is encrypted."""
    engines = open_engines(url)
    try:
        with engines.writer.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
            yield bool(driver.pgconn.ssl_in_use)
    finally:
        engines.close()


def url_of(port: int, host: str = "localhost", **query: str) -> str:
    url = make_url(f"postgresql://postgres@{host}:{port}/postgres").set(query=query)
    return url.render_as_string(hide_password=False)


def test_the_server_is_proved_by_the_authority_that_the_url_names(authority, place):
    root = str(authority.file)
    with tls_before(place, authority.issue("localhost")) as port:
        url = url_of(port, sslmode="verify-full", sslrootcert=root)
        with connected(url) as encrypted:
            assert encrypted


def test_a_server_of_another_authority_or_another_name_is_not_talked_to(authority, place, tmp_path):
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    for root, host in ((stranger.file, "localhost"), (authority.file, "other.example")):
        with tls_before(place, authority.issue(host)) as port:
            url = url_of(port, sslmode="verify-full", sslrootcert=str(root))
            with pytest.raises(Unavailable), connected(url):
                pass


def test_a_server_without_tls_is_not_talked_to_where_tls_is_asked_for(place):
    with tls_before(place, None) as port:
        with pytest.raises(Unavailable), connected(url_of(port, sslmode="require")):
            pass
        with connected(url_of(port, sslmode="disable")) as encrypted:
            assert not encrypted


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://u@db.example/x", "require"),
        ("postgresql://u@192.0.2.1/x", "require"),
        ("postgresql://u@/x?host=127.0.0.1,db.example", "require"),
        ("postgresql://u@localhost/x?hostaddr=192.0.2.1", "require"),
        ("postgresql://u@/x?hostaddr=127.0.0.1", None),
        ("postgresql:///x?service=shop", "require"),
        ("postgresql://u@db.example/x?sslmode=disable", "disable"),
        ("postgresql://u@db.example/x?sslmode=verify-full", "verify-full"),
        ("postgresql://u@localhost/x", None),
        ("postgresql://u@127.0.0.1/x", None),
        ("postgresql://u@[::1]/x", None),
        ("postgresql://u@/x?host=/run/postgresql", None),
        ("postgresql://u@/x", None),
    ],
)
def test_a_database_on_another_machine_is_asked_for_tls_unless_the_url_says_otherwise(url, mode):
    address = server_address(url)
    assert address
    found = [part for part in address.split() if part.startswith("sslmode=")]
    assert found == ([f"sslmode={mode}"] if mode else [])
