"""Asks a REST service as fast as it answers, over kept connections, from a process of its own.

A client library would need more time than the gateway that is measured: the requests are made
before, and of an answer only status and length are looked at.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import cycle
from urllib.parse import urlsplit

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What to ask: requests in turn, by so many clients, for so long."""

    url: str
    #: Method, path and body of each.
    requests: list[tuple[str, str, str]]
    clients: int
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    #: Requests a second of all clients together; 0: each as soon as it has its answer.
    rate: float = 0.0


@dataclass
class Outcome:
    """What came back: of each status the answers, each with its seconds."""

    seconds: float
    latencies: dict[str, list[float]]

    def note(self, status: str, latency: float) -> None:
        """Adds an answer."""
        self.latencies.setdefault(status, []).append(latency)

    @property
    def count(self) -> int:
        """Tells how many answers there were."""
        return sum(map(len, self.latencies.values()))

    def add(self, other: Outcome) -> None:
        """Adds what another run gave."""
        self.seconds += other.seconds
        for status, latencies in other.latencies.items():
            self.latencies.setdefault(status, []).extend(latencies)


def quantile(latencies: list[float], part: float) -> float:
    """Gives the milliseconds in which that part of the answers came."""
    return sorted(latencies)[int(len(latencies) * part)] * 1000


class _Client(asyncio.Protocol):
    """Sends a request as soon as the one before is answered."""

    def __init__(self, requests: list[bytes], start: int, outcome: Outcome, period: float) -> None:
        self._requests = cycle(requests[start:] + requests[:start])
        self._period = period
        self._outcome = outcome
        self._buffer = b""
        self._sent = 0.0
        self.transport: asyncio.Transport | None = None
        self.stopped = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        if self.stopped or self.transport is None:
            return
        self._sent = time.perf_counter()
        self.transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._buffer, 0, end + 2)
        assert length, self._buffer[:200]
        if len(self._buffer) < end + 4 + int(length[1]):
            return
        status = _STATUS.match(self._buffer)
        assert status
        self._buffer = b""
        now = time.perf_counter()
        self._outcome.note(status[1].decode(), now - self._sent)
        pause = self._sent + self._period - now
        if pause > 0:
            asyncio.get_running_loop().call_later(pause, self._send)
        else:
            self._send()


async def ask(load: Load) -> Outcome:
    """Asks for so long, and gives what came back."""
    parts = urlsplit(load.url)
    outcome = Outcome(0, {})
    period = load.clients / load.rate if load.rate else 0.0
    requests = [_request(parts.netloc, load.headers, *request) for request in load.requests]
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    clients = []
    for number in range(load.clients):
        client = _Client(requests, number * 7 % len(requests), outcome, period)
        await loop.create_connection(partial(_same, client), parts.hostname or "", parts.port or 80)
        clients.append(client)
    await asyncio.sleep(load.seconds)
    outcome.seconds = time.perf_counter() - start
    for client in clients:
        client.stopped = True
        if client.transport:
            client.transport.close()
    return outcome


def _same(client: _Client) -> _Client:
    return client


def _request(host: str, headers: dict[str, str], method: str, path: str, body: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*lines, "", body]).encode()


def main() -> None:
    """Reads a Load from stdin and writes its Outcome to stdout, both as JSON."""
    load = Load(**json.load(sys.stdin))
    json.dump(asdict(asyncio.run(ask(load))), sys.stdout)


if __name__ == "__main__":
    main()
