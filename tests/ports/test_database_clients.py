"""Clients are kept on every database alike."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server.domain.errors import Conflict
from server.domain.tenant import Tenant
from server.ports import Database
from tests.builders.clients import client

LATER = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_a_client_comes_back_as_it_was_added(database: Database) -> None:
    made = client(name="Büro – Köln", scopes=("order.order_read",))
    with database.write() as unit:
        unit.clients.add(made)
        unit.commit()
    with database.read() as unit:
        assert unit.clients.get(made.client_id) == made
        assert unit.clients.get("nobody") is None
        assert unit.clients.get("no\x00body") is None


def test_clients_are_listed_by_tenant_and_age(database: Database) -> None:
    old = client(client_id="b")
    new = client(client_id="a", created_at=LATER)
    other = client(client_id="c", tenant=Tenant("beta"))
    with database.write() as unit:
        for made in (new, other, old):
            unit.clients.add(made)
        unit.commit()
    with database.read() as unit:
        assert unit.clients.list(Tenant("acme")) == (old, new)
        assert unit.clients.list(None) == (old, new, other)


def test_a_client_is_revoked_once(database: Database) -> None:
    with database.write() as unit:
        unit.clients.add(client())
        assert unit.clients.revoke("client-1", LATER)
        assert not unit.clients.revoke("client-1", LATER)
        assert not unit.clients.revoke("nobody", LATER)
        unit.commit()
    with database.read() as unit:
        found = unit.clients.get("client-1")
    assert found is not None
    assert found.revoked_at == LATER


def test_no_two_clients_have_one_id(database: Database) -> None:
    with database.write() as unit:
        unit.clients.add(client())
        unit.commit()
    with database.write() as unit, pytest.raises(Conflict):
        unit.clients.add(client(tenant=Tenant("beta")))
