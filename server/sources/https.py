"""Gets what an https address holds, from the very machine that was checked, and only so long.

A name that is looked up twice may lead to another machine the second time, so the connection is
made to the address and not to the name. No single wait is trusted to end: a server may send a byte
now and then for ever.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from urllib3 import HTTPResponse
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Url

from server.domain.errors import LogoRefused
from server.sources.public_address import Address

HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    #: Where it sends us instead; empty if nowhere.
    location: str
    body: bytes


class Deadline:
    """A moment until which all has to be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Gives the seconds left. Raises TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def resolve(host: str, deadline: Deadline) -> list[Address]:
    """Looks a host's addresses up. Raises OSError where it has none, or nobody says so in time."""
    found: Future[list[Address]] = Future()

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.set_result(list({ipaddress.ip_address(row[4][0]): None for row in rows}))
        except (OSError, ValueError) as error:  # ValueError: a name too long for the question
            found.set_exception(socket.gaierror(str(error)))

    # The resolver cannot be told how long to wait; a daemon may be left to it.
    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return found.result(deadline.left())


def connect(
    url: Url, addresses: Collection[Address], trust: ssl.SSLContext, deadline: Deadline
) -> HTTPSConnection:
    """Connects to the first of the addresses that answers. Raises OSError or HTTPError if none."""
    problem: Exception = OSError("no address")
    for tried, address in enumerate(addresses):
        connection = HTTPSConnection(
            str(address),
            url.port or HTTPS_PORT,
            # A silent address leaves time for the next.
            timeout=deadline.left() / (len(addresses) - tried),
            ssl_context=trust,
            # What the certificate must be for, since the connection knows only the address.
            server_hostname=(url.host or "").strip("[]"),
        )
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            problem = error
        else:
            return connection
    deadline.left()
    raise problem


def get(connection: HTTPSConnection, url: Url, most: int, deadline: Deadline) -> Answer:
    """Gets at most so many bytes. Raises LogoRefused where there are more.

    Raises OSError, HTTPError or HTTPException when the connection or the answer breaks off.
    """
    headers = {
        "Host": url.netloc or "",
        "User-Agent": "InvoiceJobs",
        "Accept": "image/png, image/jpeg, image/svg+xml",
        # Nothing that grows when it is unpacked.
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    with _cut_off(connection, deadline):
        connection.request(
            "GET", url.request_uri, headers=headers, preload_content=False, decode_content=False
        )
        with connection.getresponse() as response:
            location = response.get_redirect_location()
            return Answer(
                response.status,
                location or "",
                b"" if location else _body(response, most),
            )


def _body(response: HTTPResponse, most: int) -> bytes:
    # What a server says about the length only serves to hang up sooner.
    too_long = (response.length_remaining or 0) > most
    body = b"" if too_long else response.read(most + 1, decode_content=False)
    if too_long or len(body) > most:
        raise LogoRefused(f"holds more than {most:,} bytes")
    if response.length_remaining:
        raise ConnectionError("the answer breaks off")
    return body


@contextmanager
def _cut_off(connection: HTTPSConnection, deadline: Deadline) -> Iterator[None]:
    """Hangs up at the deadline, whatever is being waited for. Raises TimeoutError if it did."""
    sock, is_over = connection.sock, threading.Event()

    def hang_up() -> None:
        is_over.set()
        with suppress(OSError):  # closed in the meantime
            # Past TLS, which another thread may be busy with.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(deadline.left(), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if is_over.is_set():
            # What was read may end in the middle, and whatever went wrong, this is why.
            raise TimeoutError
