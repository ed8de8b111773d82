"""Stands in for the internet that logos come from, and for what draws them."""

from __future__ import annotations

from server.domain.errors import LogoRefused


class FakeLogos:
    """Gives what a test puts at an address; a picture that begins with `bad` cannot be drawn."""

    def __init__(self) -> None:
        #: What each address holds.
        self.internet: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.prepared: list[bytes] = []

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url not in self.internet:
            raise LogoRefused("cannot be reached")
        return self.internet[url]

    def prepare(self, data: bytes) -> bytes:
        self.prepared.append(data)
        if data.startswith(b"bad"):
            raise LogoRefused("is damaged")
        return b"PNG of " + data.removeprefix(b"PNG of ")
