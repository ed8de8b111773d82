"""Published keys are fetched when needed, not oftener than allowed, and outlive an outage."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

import pytest

from server.access import key_address
from server.access.key_address import LIFETIME, FetchFailed, KeyAddress, fetch_keys
from server.domain.errors import Unavailable
from tests.unit.access.test_key_file import EC_JWK, RSA_JWK


class Provider:
    """An identity provider and a clock, both in memory."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.fetches = 0
        self.keys = [{**RSA_JWK, "kid": "first"}]
        self.down = False

    def __call__(self, url: str) -> bytes:
        self.fetches += 1
        if self.down:
            raise FetchFailed("is down")
        return json.dumps({"keys": self.keys}).encode()

    def clock(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def keys(provider: Provider) -> KeyAddress:
    return KeyAddress("https://login.example/keys", 30, provider, provider.clock)


def test_keys_are_fetched_once_for_many_tokens(provider: Provider, keys: KeyAddress) -> None:
    for _ in range(5):
        assert keys.find("first", "RS256")
    assert provider.fetches == 1


def test_a_new_key_is_found_at_once_and_an_unknown_one_is_asked_for_rarely(
    provider: Provider, keys: KeyAddress
) -> None:
    keys.find("first", "RS256")
    provider.now += 31
    provider.keys = [*provider.keys, {**EC_JWK, "kid": "second"}]
    assert keys.find("second", "ES256")
    assert provider.fetches == 2
    for _ in range(100):
        assert not keys.find("of a stranger", "ES256")
    assert provider.fetches == 2
    provider.now += 31
    assert not keys.find("of a stranger", "ES256")
    assert provider.fetches == 3


def test_a_key_that_was_taken_back_holds_no_longer_than_its_lifetime(
    provider: Provider, keys: KeyAddress
) -> None:
    keys.find("first", "RS256")
    provider.keys = [{**EC_JWK, "kid": "second"}]
    provider.now += LIFETIME + 1
    assert not keys.find("first", "RS256")


def test_an_outage_leaves_the_keys_of_before(provider: Provider, keys: KeyAddress) -> None:
    keys.find("first", "RS256")
    provider.down = True
    provider.now += LIFETIME + 1
    assert keys.find("first", "RS256")
    assert keys.find("first", "RS256")
    assert provider.fetches == 2
    assert not keys.find("second", "RS256")


def test_without_any_keys_it_is_an_outage_and_no_refusal(
    provider: Provider, keys: KeyAddress
) -> None:
    provider.down = True
    with pytest.raises(Unavailable):
        keys.find("first", "RS256")
    provider.down = False
    provider.now += 31
    assert keys.find("first", "RS256")


def test_keys_that_we_cannot_use_are_left_out_and_shared_ones_never_taken(
    provider: Provider, keys: KeyAddress
) -> None:
    shared = {"kty": "oct", "kid": "shared", "k": "A" * 64}
    provider.keys = [shared, {"kty": "what"}, {**RSA_JWK, "use": "enc"}, {**EC_JWK, "kid": "good"}]
    assert keys.find("good", "ES256")
    assert not keys.find("shared", "HS256")


def test_one_fetch_serves_all_who_wait_for_it(provider: Provider) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(url: str) -> bytes:
        begun.set()
        go_on.wait(10)
        return provider(url)

    keys = KeyAddress("https://login.example/keys", 30, slow, provider.clock)
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(bool(keys.find("first", "RS256"))))
        for _ in range(4)
    ]
    threads[0].start()
    begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert found == [True] * 4
    assert provider.fetches == 1


@pytest.fixture
def answering() -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    """A web server that gives the answers of a list, and its address."""
    answers: list[tuple[int, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.pop(0)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/keys", answers
        server.shutdown()
        thread.join()


def test_an_address_is_fetched_over_http(answering: tuple[str, list[tuple[int, bytes]]]) -> None:
    url, answers = answering
    answers.append((200, b"keys"))
    assert fetch_keys(url) == b"keys"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(404, b"", "404"), (302, b"", "302"), (200, b"x" * 1_100_000, "more than")],
)
def test_what_gives_no_keys_is_refused(
    answering: tuple[str, list[tuple[int, bytes]]], status: int, body: bytes, said: str
) -> None:
    url, answers = answering
    answers.append((status, body))
    with pytest.raises(FetchFailed, match=said):
        fetch_keys(url)


def test_an_address_that_drips_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_address, "FETCH_SECONDS", 0.3)
    ended = threading.Event()

    class Dripping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                while not ended.wait(0.01):
                    self.wfile.write(b" ")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Dripping) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            # A machine that is busy may drip too slowly for its last byte to be waited for.
            with pytest.raises(FetchFailed, match=r"took longer|timed out"):
                fetch_keys(f"http://127.0.0.1:{server.server_port}/keys")
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def test_a_token_whose_key_is_known_waits_for_no_fetch(provider: Provider) -> None:
    begun, go_on = threading.Event(), threading.Event()
    keys = KeyAddress("https://login.example/keys", 30, provider, provider.clock)
    keys.find("first", "RS256")
    provider.now += LIFETIME + 1

    def hanging(url: str) -> bytes:
        begun.set()
        go_on.wait(10)
        raise FetchFailed("is down")

    keys._fetch = hanging
    fetching = threading.Thread(target=keys.find, args=("first", "RS256"))
    fetching.start()
    assert begun.wait(10)
    started = time.monotonic()
    assert keys.find("first", "RS256")
    assert time.monotonic() - started < key_address.PATIENCE / 2
    go_on.set()
    fetching.join()


def test_an_address_where_nobody_is_cannot_be_reached() -> None:
    with pytest.raises(FetchFailed, match="reached"):
        fetch_keys("http://127.0.0.1:9/keys")
