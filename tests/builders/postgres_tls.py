"""Puts TLS before a real PostgreSQL, whose build for the tests has none of its own.

Speaks what clients and servers say before they encrypt (SSLRequest), then hands bytes on.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_PIECE = 65536


@contextmanager
def tls_before(place: Path, certificate: tuple[Path, Path] | None) -> Iterator[int]:
    """Listens on a port of loopback and gives it; None for a certificate refuses TLS."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, place, context), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        # Closing alone would not wake the thread that accepts.
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _accept(listener: socket.socket, place: Path, context: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, place, context), daemon=True).start()


def _serve(client: socket.socket, place: Path, context: ssl.SSLContext | None) -> None:
    with suppress(OSError), client, socket.socket(socket.AF_UNIX) as server:
        server.connect(str(place))
        first = client.recv(8, socket.MSG_WAITALL)
        if first != _SSL_REQUEST:
            server.sendall(first)
        elif context is None:
            client.sendall(b"N")
        else:
            client.sendall(b"S")
            with context.wrap_socket(
                client, server_side=True, do_handshake_on_connect=False
            ) as encrypted:
                encrypted.do_handshake()
                _join(encrypted, server)
            return
        _join(client, server)


def _join(client: socket.socket, server: socket.socket) -> None:
    back = threading.Thread(target=_hand_on, args=(server, client), daemon=True)
    back.start()
    _hand_on(client, server)
    back.join()


def _hand_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_PIECE):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
