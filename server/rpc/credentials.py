"""The gRPC door's certificate, read again when its files change: renewing one needs no restart."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc

from server.domain.errors import InvalidInput

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the door's certificate with its chain, and its key."""

    certificate: Path
    key: Path
    #: The authorities that clients' certificates must come from; None asks for none.
    client_ca: Path | None = None


class Certificates:
    """Gives each handshake the certificate that lies in the files then."""

    def __init__(self, files: TlsFiles) -> None:
        """Reads the files. Raises InvalidInput that says what is wrong with them."""
        self._files = files
        self._seen = self._state()
        try:
            self._current = self._read()
        except (OSError, ssl.SSLError) as error:
            raise InvalidInput.field(
                "INVOICEJOBS_GRPC_TLS_CERTIFICATE",
                f"cannot be used with its key and authorities ({_problem(error)}); the files must "
                "be readable PEM, and the key the certificate's own and without pass phrase",
                reason="CERTIFICATE_UNUSABLE",
            ) from error

    def credentials(self) -> grpc.ServerCredentials:
        """Makes the credentials of a secure port."""
        return grpc.dynamic_ssl_server_credentials(
            self._current,
            self._fetch,  # type: ignore[arg-type] # its stubs forget that None is a word, too
            require_client_authentication=self._files.client_ca is not None,
        )

    def _fetch(self) -> grpc.ServerCertificateConfiguration | None:
        """Tells gRPC, before a handshake, what has changed since the last one; None: nothing.

        Called by threads of gRPC, several at once: at worst the same files are read twice.
        """
        state = self._state()
        if state == self._seen:
            return None
        # Before reading: what is written from now on is seen at the next handshake.
        self._seen = state
        try:
            self._current = self._read()
        except (OSError, ssl.SSLError) as error:
            # Certificate and key are written one after the other: in between they do not match.
            logger.warning("the certificate in use is kept: the new one is no good (%s)",
                           _problem(error))  # fmt: skip
            return None
        logger.info("the certificate was read again")
        return self._current

    def _read(self) -> grpc.ServerCertificateConfiguration:
        files = self._files
        # gRPC would take files that do not match, and fail every handshake.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # With an empty pass phrase: without one OpenSSL would ask at the terminal, and wait.
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
        roots = None
        if files.client_ca is not None:
            context.load_verify_locations(files.client_ca)
            roots = files.client_ca.read_bytes()
        pair = (files.key.read_bytes(), files.certificate.read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=roots)

    def _state(self) -> tuple[tuple[int, int, int] | None, ...]:
        """Looks how the files are, without reading them."""
        files = self._files
        return tuple(
            _state_of(file) for file in (files.certificate, files.key, files.client_ca) if file
        )


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
    return f"{error.strerror}: {error.filename}"
