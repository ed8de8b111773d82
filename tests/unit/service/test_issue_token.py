"""A client gets a token for its secret, for no more than it may have, and cannot guess for ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from server.domain.client import Client
from server.domain.errors import InvalidInput, LimitExceeded, NotFound, NotReady, Unauthenticated
from server.domain.tenant import Tenant
from server.service import attempts
from server.service.attempts import Attempts
from server.service.clients import CreateClient, ListClients, RevokeClient
from server.service.issue_token import PER_ADDRESS, PER_CLIENT, WINDOW, IssueToken
from server.storage import SqlDatabase, migrate, open_database
from tests.fakes.outside import FakeClock

ACME = Tenant("acme")
SCOPES = ("invoice.job_manage", "invoice.job_read")


class PlainHashes:
    """Hashes that one can read, and a list of what was compared."""

    def __init__(self) -> None:
        self.compared: list[tuple[str, str]] = []

    def hash(self, secret: str) -> str:
        return f"hash of {secret}"

    def matches(self, secret_hash: str, secret: str) -> bool:
        self.compared.append((secret_hash, secret))
        return secret_hash == self.hash(secret)


def _mint(client: Client, scope: str, token_id: str, now: datetime, lifetime: int) -> str:
    return f"{client.client_id} {token_id} {lifetime}: {scope}"


class Office:
    """A database with one client, and what issues tokens to it."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.clock = FakeClock(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
        self.hashes = PlainHashes()
        ids = iter(range(1, 1000))
        self.new_id = lambda: f"id-{next(ids)}"
        create = CreateClient(database, self.clock, self.new_id, self.hashes)
        self.client, self.secret = create(ACME, "web shop", SCOPES)
        self.issue = IssueToken(database, self.clock, self.new_id, self.hashes, _mint, 3600)

    def ask(self, secret: str | None = None, scope: str = "", **changes: Any) -> str:
        values = {"client_id": self.client.client_id, "address": "192.0.2.1"} | changes
        issued = self.issue(
            values["client_id"],
            self.secret if secret is None else secret,
            scope,
            values["address"],
        )
        assert issued.expires_in == 3600
        assert issued.token.endswith(issued.scope)
        return issued.scope


@pytest.fixture
def office(tmp_path: Any) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate(url)
    database = open_database(url)
    yield Office(database)
    database.close()


def test_a_client_gets_all_that_it_may_have_or_what_it_asks_for(office: Office) -> None:
    assert office.ask() == "tenant=acme invoice.job_manage invoice.job_read"
    assert office.ask(scope="invoice.job_read") == "tenant=acme invoice.job_read"
    assert office.ask(scope="tenant=acme") == "tenant=acme invoice.job_manage invoice.job_read"
    asked = " invoice.job_read  tenant=acme invoice.job_read"
    assert office.ask(scope=asked) == "tenant=acme invoice.job_read"


@pytest.mark.parametrize(
    "scope",
    ["invoice.settings_manage", "tenant=other", "tenant=", "x", "invoice.job_read tenant=b"],
)
def test_nobody_gets_more_than_he_may_have(office: Office, scope: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        office.ask(scope=scope)
    assert caught.value.reason == "INVALID_SCOPE"


def test_an_unknown_client_and_a_wrong_secret_look_the_same(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.hashes.compared.clear()
    said = set()
    for client_id, secret in (("nobody", "x"), (office.client.client_id, "x"), ("y" * 500, "x")):
        with pytest.raises(Unauthenticated) as caught:
            office.ask(secret, client_id=client_id)
        said.add((caught.value.message, caught.value.reason))
    assert len(said) == 1
    # Who runs the service is told which client, but nothing that a stranger wrote.
    assert [record.getMessage() for record in caplog.records] == [
        f"no token for {name} at 192.0.2.1: wrong secret, or revoked"
        for name in ("an unknown client", f"client {office.client.client_id}", "an unknown client")
    ]
    # Each took the time of one comparison.
    assert [kept[:8] for kept, _ in office.hashes.compared] == ["hash of "] * 3


def test_a_revoked_client_gets_nothing_more(office: Office) -> None:
    revoke = RevokeClient(office.database, office.clock)
    revoke(office.client.client_id)
    with pytest.raises(Unauthenticated):
        office.ask()
    with pytest.raises(NotFound):
        revoke(office.client.client_id)
    (listed,) = ListClients(office.database)(ACME)
    assert listed.revoked_at == office.clock.now()
    assert ListClients(office.database)(Tenant("other")) == ()


def test_guessing_ends_and_waiting_helps(office: Office) -> None:
    for _ in range(PER_CLIENT):
        with pytest.raises(Unauthenticated):
            office.ask("wrong")
    office.hashes.compared.clear()
    with pytest.raises(LimitExceeded) as caught:
        office.ask()
    assert caught.value.retry_after == WINDOW.total_seconds()
    assert office.hashes.compared == []
    # The true client calls from elsewhere: a stranger cannot shut it out.
    assert office.ask(address="192.0.2.2")
    office.clock.time += WINDOW
    assert office.ask()


def test_a_clock_that_is_set_back_keeps_nobody_out_for_longer(office: Office) -> None:
    for _ in range(PER_CLIENT):
        with pytest.raises(Unauthenticated):
            office.ask("wrong")
    office.clock.time -= timedelta(days=365)
    assert office.ask()


def test_one_address_cannot_try_one_client_after_the_other(office: Office) -> None:
    for number in range(PER_ADDRESS):
        with pytest.raises(Unauthenticated):
            office.ask("wrong", client_id=f"client-{number}")
    with pytest.raises(LimitExceeded):
        office.ask("wrong", client_id="one more")


def test_right_attempts_do_not_count(office: Office) -> None:
    for _ in range(PER_ADDRESS + 1):
        office.ask()


def test_any_number_of_right_attempts_may_be_made_at_the_same_time(office: Office) -> None:
    count = 2 * PER_CLIENT
    together = Barrier(count, timeout=30)

    class Slow(PlainHashes):
        def matches(self, secret_hash: str, secret: str) -> bool:
            together.wait()  # all have begun before the first is done
            return super().matches(secret_hash, secret)

    office.issue = replace(office.issue, hashes=Slow())
    with ThreadPoolExecutor(count) as threads:
        running = [threads.submit(office.ask) for _ in range(count)]
        assert {each.result() for each in running} == {
            "tenant=acme invoice.job_manage invoice.job_read"
        }


def test_a_service_that_issues_no_tokens_says_so(office: Office) -> None:
    office.issue = replace(office.issue, lifetime=0)
    with pytest.raises(NotReady):
        office.ask()


@pytest.mark.parametrize(
    ("name", "scopes", "field"),
    [
        ("", SCOPES, "name"),
        ("two\nlines", SCOPES, "name"),
        ("x" * 101, SCOPES, "name"),
        ("shop", (), "scope"),
        ("shop", ("invoice.everything",), "scope"),
    ],
)
def test_a_useless_client_is_not_made(
    office: Office, name: str, scopes: tuple[str, ...], field: str
) -> None:
    create = CreateClient(office.database, office.clock, office.new_id, office.hashes)
    with pytest.raises(InvalidInput) as caught:
        create(ACME, name, scopes)
    assert [violation.field for violation in caught.value.violations] == [field]


def test_secrets_differ_and_are_not_kept(office: Office) -> None:
    create = CreateClient(office.database, office.clock, office.new_id, office.hashes)
    _, secret = create(ACME, "other", SCOPES)
    assert secret != office.secret
    assert len(secret) >= 43


def test_only_so_many_guessers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "REMEMBERED", 2)
    counted = Attempts(1, timedelta(minutes=1))
    now = datetime(2026, 3, 1, tzinfo=UTC)
    for who in ("a", "b", "c"):
        counted.failed((who,), now)
    counted.check(("a",), now)
    with pytest.raises(LimitExceeded):
        counted.check(("c",), now)
