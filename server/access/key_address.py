"""Keys at an address (a JWKS URL), fetched when they are needed and kept for a while."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec
import urllib3

from server.access.keys import Key, UnusableKey, read_jwk
from server.domain.errors import Unavailable

log = logging.getLogger(__name__)

#: Seconds after which keys are fetched anew, so that one that was taken back holds no longer.
LIFETIME = 600.0
FETCH_SECONDS = 5.0
#: Seconds to wait for a fetch of another thread.
PATIENCE = 1.0
#: Bytes and keys of an answer; real ones have some hundred bytes for each of a few keys.
MOST_BYTES = 1024 * 1024
MOST_KEYS = 100
_PIECE_BYTES = 64 * 1024


class FetchFailed(Exception):
    """The address does not give keys. Says why, in words after its name."""


class KeyAddress:
    """The keys that an identity provider publishes.

    An id that is not among them makes it fetch again: that is how a new key becomes known. But at
    most every so many seconds, for anybody can send tokens that name no key. While the address is
    out of reach, the keys fetched before hold on.
    """

    def __init__(
        self,
        url: str,
        refetch_seconds: float,
        fetch: Callable[[str], bytes] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._refetch_seconds = refetch_seconds
        self._fetch = fetch or fetch_keys
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: tuple[Key, ...] | None = None
        self._fetched = self._tried = -float("inf")

    def find(self, key_id: str, algorithm: str) -> Sequence[Key]:
        """Gives the keys that a token may be signed with.

        Raises Unavailable while no keys could be fetched.
        """
        found = self._fitting(key_id, algorithm)
        if not found or self._monotonic() - self._fetched > LIFETIME:
            # Whoever has a key waits for no other's fetch, which may find nobody there.
            self._fetch_again(0 if found else PATIENCE)
            found = self._fitting(key_id, algorithm)
        if self._keys is None:
            raise Unavailable(
                "Tokens cannot be checked at the moment: the keys for that are out of reach. "
                "Try again.",
                reason="KEYS_UNAVAILABLE",
            )
        return found

    def _fitting(self, key_id: str, algorithm: str) -> list[Key]:
        return [key for key in self._keys or () if key.fits(key_id, algorithm)]

    def _fetch_again(self, patience: float) -> None:
        # Whoever waits for another's fetch finds what it brought; but not all threads wait.
        if not self._lock.acquire(timeout=patience):
            return
        try:
            if self._monotonic() - self._tried >= self._refetch_seconds:
                self._tried = self._monotonic()
                self._take(_read(self._fetch(self._url)))
        except FetchFailed as error:
            log.error("%s %s; the keys fetched before hold on", self._url, error)  # noqa: TRY400
        finally:
            self._lock.release()

    def _take(self, keys: tuple[Key, ...]) -> None:
        self._keys = keys
        self._fetched = self._monotonic()
        log.info("%s gave %d keys", self._url, len(keys))


def fetch_keys(url: str) -> bytes:
    """Gets what the address holds. Raises FetchFailed."""
    ends = time.monotonic() + FETCH_SECONDS
    content = b""
    try:
        with (
            urllib3.PoolManager(retries=False, timeout=FETCH_SECONDS) as pool,
            pool.request(
                "GET",
                url,
                redirect=False,
                preload_content=False,
                headers={"Accept": "application/json"},
            ) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                raise FetchFailed(f"answered with HTTP status {answer.status}")
            # What is there already: whoever drips bytes must not hold us up until a piece is full.
            while piece := answer.read1(_PIECE_BYTES):
                content += piece
                if len(content) > MOST_BYTES:
                    raise FetchFailed(f"gave more than {MOST_BYTES} bytes")
                if time.monotonic() > ends:
                    raise FetchFailed(f"took longer than {FETCH_SECONDS:g} seconds")
    except urllib3.exceptions.HTTPError as error:
        raise FetchFailed(f"cannot be reached: {error}") from error
    return content


def _read(content: bytes) -> tuple[Key, ...]:
    """Reads the keys that we can use; a provider may publish others beside them."""
    try:
        listed = msgspec.json.decode(content, type=dict).get("keys")
    except msgspec.DecodeError as error:
        raise FetchFailed(f"gave no JSON: {error}") from error
    if not isinstance(listed, list):
        raise FetchFailed("gave no list of keys")
    keys = []
    for jwk in listed[:MOST_KEYS]:
        try:
            # What everybody can read is no shared key.
            if isinstance(jwk, dict) and jwk.get("kty") != "oct":
                keys.append(read_jwk(jwk))
        except UnusableKey as error:
            log.info("a key was left out: it %s", error)
    if not keys:
        raise FetchFailed("gave no key that we can check with")
    return tuple(keys)
