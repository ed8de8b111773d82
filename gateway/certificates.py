"""The gateway's own certificate, read again when its files change: renewing needs no restart."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

log = logging.getLogger("gateway")


class CertificateUnusable(Exception):
    """Says why the certificate cannot be used."""


class FreshCertificate:
    """Gives each handshake the certificate that lies in the files then."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Reads the files. Raises CertificateUnusable."""
        self._certificate = certificate
        self._key = key
        self._seen = self._state()
        try:
            self._current = self._read()
        except (OSError, ssl.SSLError) as error:
            raise CertificateUnusable(
                f"INVOICEJOBS_REST_TLS_CERTIFICATE cannot be used with its key ({_problem(error)}):"
                " the files must be readable PEM, and the key the certificate's own and without "
                "pass phrase."
            ) from error
        #: What a socket is served with.
        self.context = self._read()
        # Asked at the beginning of every handshake, also by clients that name no server.
        self.context.sni_callback = self._refresh

    def _refresh(self, handshake: ssl.SSLObject, _name: str | None, _: ssl.SSLContext) -> None:
        state = self._state()
        if state != self._seen:
            # Before reading: what is written from now on is seen at the next handshake.
            self._seen = state
            try:
                self._current = self._read()
                log.info("the certificate was read again")
            except (OSError, ssl.SSLError) as error:
                # Certificate and key are written one after the other: until then they differ.
                log.warning("the certificate in use is kept: the new one is no good (%s)",
                            _problem(error))  # fmt: skip
        handshake.context = self._current

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        # With an empty pass phrase: without one OpenSSL would ask at the terminal, and wait.
        context.load_cert_chain(self._certificate, self._key, password=lambda: "")
        return context

    def _state(self) -> tuple[tuple[int, int, int] | None, ...]:
        """Looks how the files are, without reading them."""
        return tuple(_state_of(file) for file in (self._certificate, self._key))


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    # The inode, too: a link that is moved to another file of the same size and age.
    return found.st_mtime_ns, found.st_size, found.st_ino


def _problem(error: OSError) -> str:
    """Says what is wrong with a file, without quoting any of it."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "no PEM").replace("_", " ").lower()
    return error.strerror or "unreadable"
