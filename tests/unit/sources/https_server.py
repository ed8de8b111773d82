"""An https server on this machine with a certificate authority of its own, to fetch logos from."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest
import trustme

from server.domain.errors import LogoRefused
from server.ports import FetchLogo
from server.sources.logo_url import FetchLogoByHttps
from server.sources.public_address import Address

#: What a path answers: all bytes, or whatever a function does with the connection.
Answer = bytes | Callable[[socket.socket], None]

AUTHORITY = trustme.CA()


def trust() -> ssl.SSLContext:
    """Gives a client's context that trusts the authority."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Writes a response with its length."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """Writes a response that sends the client elsewhere."""
    return response(b"", f"Location: {location}", status=status)


@dataclass
class HttpsServer:
    """A running server."""

    port: int
    answers: dict[str, Answer]
    #: The head of each request that came.
    requests: list[str] = field(default_factory=list)
    #: The name each client asked for, None for none.
    names: list[str | None] = field(default_factory=list)
    #: Set when the test is over: whoever keeps a client waiting waits for it.
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "localhost") -> str:
        """Gives the address of a path."""
        return f"https://{host}:{self.port}{path}"


@contextmanager
def https_server(
    answers: Mapping[str, Answer], *names: str, host: str = "127.0.0.1"
) -> Iterator[HttpsServer]:
    """Serves until the test is over, with a certificate for the names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*(names or ("localhost",))).configure_cert(context)
    with socket.create_server((host, 0)) as listener:
        server = HttpsServer(listener.getsockname()[1], dict(answers))
        context.sni_callback = lambda _, name, __: server.names.append(name)
        acceptor = threading.Thread(target=_accept, args=(listener, context, server))
        acceptor.start()
        try:
            yield server
        finally:
            server.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()


def _accept(listener: socket.socket, context: ssl.SSLContext, server: HttpsServer) -> None:
    clients = []
    with suppress(OSError):  # until the listener is shut
        while True:
            connection, _ = listener.accept()
            clients.append(threading.Thread(target=_serve, args=(connection, context, server)))
            clients[-1].start()
    for client in clients:
        client.join()


def _serve(connection: socket.socket, context: ssl.SSLContext, server: HttpsServer) -> None:
    # A client that is told too much hangs up: that is what some tests are about.
    with closing(connection), suppress(OSError):
        connection.settimeout(20)
        with context.wrap_socket(connection, server_side=True) as secured:
            head = b""
            while b"\r\n\r\n" not in head:
                head += secured.recv(4096) or b"GET / \r\n\r\n"
            server.requests.append(head.decode("latin-1"))
            path = server.requests[-1].split(" ")[1]
            answer = server.answers.get(path, response(b"", status="404 Not Found"))
            if callable(answer):
                answer(secured)
            else:
                secured.sendall(answer)


def on_this_machine(address: Address) -> bool:
    """Takes the place of the check that would refuse the test's own server."""
    return address.is_loopback


def fetcher(server: HttpsServer, seconds: float = 20) -> FetchLogoByHttps:
    """Fetches as in production, but for the server's address and its authority."""
    return FetchLogoByHttps(trust(), on_this_machine, (server.port,), seconds)


def refusal(fetch: FetchLogo, url: str) -> str:
    """Fetches what must be refused, and gives the reason."""
    with pytest.raises(LogoRefused) as caught:
        fetch(url)
    return caught.value.message
