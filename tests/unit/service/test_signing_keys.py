"""Keys that all servers of a database sign with, and their replacement while they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from server.ports import Database
from server.service.signing_keys import REREAD, SETTLING, RotateKeys, SharedKeys
from server.storage import migrate, open_database
from tests.fakes.outside import FakeClock

WEEK = timedelta(days=7)
#: Seconds after which every server knows and uses a new key.
SETTLED = SETTLING.total_seconds() + REREAD


class Servers:
    """Servers on one database, whose time a test moves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        self.seconds = 0.0
        self.rotate = RotateKeys(database, self.clock)

    def start(self) -> SharedKeys:
        return SharedKeys(self.database, self.clock, lambda: self.seconds)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock.advance(seconds=seconds)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    url = f"sqlite:///{tmp_path}/invoicejobs.db"
    migrate(url)
    database = open_database(url)
    yield Servers(database)
    database.close()


def test_all_servers_share_the_key_that_the_first_use_makes(servers: Servers) -> None:
    first, second = servers.start(), servers.start()
    assert first.find("links", "unknown") is None
    assert second.find("links", "unknown") is None
    servers.wait(REREAD)
    key = first.current("links")
    assert len(key.secret) == 32
    assert second.current("links") == second.find("links", key.key_id) == key
    assert servers.start().current("links") == key
    assert first.current("tokens") != key
    assert first.find("tokens", key.key_id) is None


def test_many_first_uses_at_once_make_one_key(servers: Servers) -> None:
    def use(keys: SharedKeys) -> str:
        return keys.current("links").key_id

    with ThreadPoolExecutor(8) as executor:
        assert len(set(executor.map(use, [servers.start() for _ in range(16)]))) == 1


def test_a_new_key_signs_when_all_know_it_and_the_one_before_still_checks(
    servers: Servers,
) -> None:
    one, other = servers.start(), servers.start()
    old = one.current("links")
    servers.wait(3600)
    assert other.current("links") == old
    new = servers.rotate("links", WEEK).key
    servers.wait(REREAD)
    # One has read it and the other may not have: neither signs with it yet.
    assert one.current("links") == other.current("links") == old
    assert one.find("links", new.key_id) == new
    servers.wait(SETTLED)
    assert one.current("links") == other.current("links") == new
    servers.wait((WEEK - timedelta(minutes=2)).total_seconds())
    assert one.find("links", old.key_id) == old
    servers.wait(240)
    assert one.find("links", old.key_id) is None
    assert one.current("links") == new


def test_what_the_old_key_signs_last_holds_as_long_as_it_says(servers: Servers) -> None:
    keys = servers.start()
    old = keys.current("links")
    servers.wait(3600)
    servers.rotate("links", WEEK)
    servers.wait(SETTLING.total_seconds() - 1)
    assert keys.current("links") == old
    servers.wait(WEEK.total_seconds())
    assert keys.find("links", old.key_id) == old


def test_a_key_that_leaked_holds_no_longer_once_servers_have_looked(servers: Servers) -> None:
    keys = servers.start()
    leaked = keys.current("links")
    tokens = keys.current("tokens")
    servers.wait(3600)
    new = servers.rotate("links", timedelta(0)).key
    servers.wait(REREAD)
    assert keys.find("links", leaked.key_id) is None
    assert keys.current("links") == new
    assert keys.current("tokens") == tokens


def test_rotating_twice_at_once_leaves_a_key_to_sign_with(servers: Servers) -> None:
    keys = servers.start()
    old = keys.current("links")
    servers.wait(60)
    servers.rotate("links", WEEK)
    servers.rotate("links", WEEK)
    servers.wait(REREAD)
    assert keys.current("links") == old
    servers.wait(SETTLED)
    assert keys.current("links") != old


def test_secrets_that_are_of_no_use_any_more_do_not_stay(servers: Servers) -> None:
    keys = servers.start()
    keys.current("links")
    servers.rotate("links", timedelta(0))
    servers.wait(1)
    newest = servers.rotate("links", WEEK).key
    with servers.database.read() as unit:
        left = [kept.key for kept in unit.signing_keys.list("links")]
    assert len(left) == 2
    assert left[-1] == newest


def test_names_of_unknown_keys_cost_the_database_one_look_a_second(servers: Servers) -> None:
    looks: list[str] = []
    keys = SharedKeys(_counting(servers.database, looks), servers.clock, lambda: servers.seconds)
    keys.current("links")
    looks.clear()
    for _ in range(100):
        assert keys.find("links", "unknown") is None
        servers.wait(0.05)
    assert 4 <= len(looks) <= 6


def _counting(database: Database, looks: list[str]) -> Database:
    class Counting:
        def __getattr__(self, name: str) -> Callable[[], object]:
            if name == "read":
                looks.append(name)
            found: Callable[[], object] = getattr(database, name)
            return found

    return Counting()  # type: ignore[return-value]
