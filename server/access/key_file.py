"""Keys in a file, which may be replaced while the server runs."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from server.access.keys import Key, UnusableKey, make_key, read_jwk

log = logging.getLogger(__name__)

#: Seconds between two looks at whether the file is another.
LOOK_EVERY = 1.0
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)

_State = tuple[int, int, int]


class KeyFile:
    """The keys in a file: public keys or certificates in PEM, a JWK, or a set of JWKs."""

    def __init__(self, path: Path, look_every: float = LOOK_EVERY) -> None:
        """Reads the file. Raises UnusableKey when it cannot be read or a key in it is wrong."""
        self._path = path
        self._look_every = look_every
        self._lock = threading.Lock()
        try:
            self._state = self._look()
        except OSError as error:
            raise UnusableKey(f"cannot be read: {error.strerror}") from error
        self._looked = time.monotonic()
        self._keys = read_keys(self._content())

    def find(self, key_id: str, algorithm: str) -> Sequence[Key]:
        """Gives the keys that a token may be signed with."""
        with self._lock:
            if time.monotonic() - self._looked >= self._look_every:
                self._looked = time.monotonic()
                self._read_again()
            return [key for key in self._keys if key.fits(key_id, algorithm)]

    def _read_again(self) -> None:
        try:
            state = self._look()
            if state == self._state:
                return
            self._state = state
            self._keys = read_keys(self._content())
        except (OSError, UnusableKey) as error:
            # It may be half written: better the keys of before than none.
            log.error("%s: %s; the keys read before hold on", self._path, error)  # noqa: TRY400
        else:
            log.info("%s was read again: %d keys", self._path, len(self._keys))

    def _look(self) -> _State:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _content(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise UnusableKey(f"cannot be read: {error.strerror}") from error


def read_keys(content: bytes) -> tuple[Key, ...]:
    """Reads all keys of a file. Raises UnusableKey when one of them is wrong, or there is none."""
    keys = tuple(_from_json(content) if content.lstrip().startswith(b"{") else _from_pem(content))
    if not keys:
        raise UnusableKey("holds no key; give public keys in PEM, or JWKs")
    return keys


def _from_json(content: bytes) -> Iterator[Key]:
    try:
        found = msgspec.json.decode(content, type=dict)
    except msgspec.DecodeError as error:
        raise UnusableKey(f"is not JSON: {error}") from error
    listed = found.get("keys", [found])
    if not isinstance(listed, list) or not all(isinstance(jwk, dict) for jwk in listed):
        raise UnusableKey("holds no list of JWKs under keys")
    for position, jwk in enumerate(listed, 1):
        try:
            yield read_jwk(jwk)
        except UnusableKey as error:
            raise UnusableKey(f"key {position} {error}") from error


def _from_pem(content: bytes) -> Iterator[Key]:
    for position, block in enumerate(_PEM.finditer(content), 1):
        label = block[1].decode()
        try:
            if label.endswith("PRIVATE KEY"):
                raise UnusableKey(
                    "is a private key; give the public one and keep this to its owner"
                )
            if label == "CERTIFICATE":
                yield make_key("", x509.load_pem_x509_certificate(block[0]).public_key())
            else:
                yield make_key("", load_pem_public_key(block[0]))
        except UnusableKey as error:
            raise UnusableKey(f"key {position} {error}") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise UnusableKey(f"key {position} cannot be read: {error}") from error
