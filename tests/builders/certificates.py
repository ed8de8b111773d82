"""Certificates as doors and their clients hold them: PEM files, of an authority of our own."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization


class Authority:
    """An authority, and the files of the certificates that it issues."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self.file = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def issue(self, name: str, folder: Path | None = None) -> tuple[Path, Path]:
        """Issues a certificate for a host and gives the files of certificate and key."""
        folder = folder or self._folder
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        issued = self._ca.issue_cert(name)
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key.write_bytes(issued.private_key_pem.bytes())
        return certificate, key

    def context(self) -> ssl.SSLContext:
        """Gives what a client trusts that knows this authority only."""
        return ssl.create_default_context(cafile=self.file)


def lock(key: Path) -> None:
    """Puts a pass phrase on the key in a file."""
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    pass_phrase = serialization.BestAvailableEncryption(b"open sesame")
    kind = serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, kind, pass_phrase))
