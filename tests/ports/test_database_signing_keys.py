"""Signing keys are kept on every database alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.errors import Conflict
from server.ports import Database, KeptKey, SigningKey, UnitOfWork

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def key(key_id: str = "k1", created_at: datetime = NOON, **more: Any) -> KeptKey:
    return KeptKey(SigningKey(key_id, b"\x00\xff" * 16), created_at, **more)


def change(database: Database, *steps: Callable[[UnitOfWork], object]) -> None:
    with database.write() as unit:
        for step in steps:
            step(unit)
        unit.commit()


def kept(database: Database, purpose: str = "links") -> tuple[KeptKey, ...]:
    with database.read() as unit:
        return unit.signing_keys.list(purpose)


def test_keys_come_back_as_they_were_added_the_oldest_first(database: Database) -> None:
    new, old = key("a", NOON + DAY), key("b", holds_until=NOON + DAY)
    change(
        database,
        lambda unit: unit.signing_keys.add("links", new),
        lambda unit: unit.signing_keys.add("links", old),
        # Another purpose has keys of its own.
        lambda unit: unit.signing_keys.add("tokens", key("a")),
    )
    assert kept(database) == (old, new)
    assert kept(database, "tokens") == (key("a"),)
    assert kept(database, "nothing") == ()
    with database.write() as unit, pytest.raises(Conflict):
        unit.signing_keys.add("links", key("a"))


def test_retiring_shortens_how_long_keys_hold_and_never_lengthens_it(database: Database) -> None:
    change(
        database,
        lambda unit: unit.signing_keys.add("links", key("a", holds_until=NOON)),
        lambda unit: unit.signing_keys.add("links", key("b", holds_until=NOON + 2 * DAY)),
        lambda unit: unit.signing_keys.add("links", key("c")),
        lambda unit: unit.signing_keys.add("tokens", key("d")),
        lambda unit: unit.signing_keys.retire("links", NOON + DAY),
    )
    assert [each.holds_until for each in kept(database)] == [NOON, NOON + DAY, NOON + DAY]
    assert kept(database, "tokens")[0].holds_until is None


def test_only_keys_that_hold_no_longer_are_forgotten(database: Database) -> None:
    change(
        database,
        lambda unit: unit.signing_keys.add("links", key("a", holds_until=NOON)),
        lambda unit: unit.signing_keys.add("links", key("b", holds_until=NOON + DAY)),
        lambda unit: unit.signing_keys.add("links", key("c")),
        lambda unit: unit.signing_keys.add("tokens", key("d", holds_until=NOON)),
        lambda unit: unit.signing_keys.forget("links", NOON),
    )
    assert [each.key.key_id for each in kept(database)] == ["b", "c"]
    assert len(kept(database, "tokens")) == 1


def test_of_two_that_make_the_first_key_the_second_finds_it(side_by_side: Any) -> None:
    def make(unit: UnitOfWork) -> tuple[KeptKey, ...]:
        unit.signing_keys.lock("links")
        found = unit.signing_keys.list("links")
        if not found:
            unit.signing_keys.add("links", key("first"))
        return found

    mine, theirs = side_by_side(make, make)
    assert mine == ()
    assert [each.key.key_id for each in theirs] == ["first"]
