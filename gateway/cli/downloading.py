"""Downloads documents into files that are whole and right, or not there at all."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import BinaryIO

from invoicejobs.v1.invoices_pb2 import Document, DocumentFormat, DownloadInvoiceRequest

from gateway.cli.connection import Session
from gateway.cli.output import as_dict
from gateway.cli.refusals import Refused

LONGEST_NAME = 200  # bytes; file systems take 255
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
#: Names that Windows keeps for devices, whatever their ending.
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Download:
    """A document that was saved."""

    invoice_number: str
    #: The format's name in the contract.
    format: str
    path: Path
    size_bytes: int
    sha256: str


@dataclass(slots=True)
class Downloader:
    """Saves documents in a folder or, when it is for a single invoice, in a named file."""

    session: Session
    output: Path
    single: bool = False
    #: Whether files that are there with other content are replaced.
    replace: bool = False
    #: File names given so far in this run, without regard to case.
    _names: set[str] = field(default_factory=set)

    def download(
        self, invoice_number: str, format: DocumentFormat.ValueType, sha256: str = ""
    ) -> Download:
        """Downloads a document of an invoice.

        Raises grpc.RpcError, and Refused when the bytes are not those the server described or
        the file cannot be written.
        """
        request = DownloadInvoiceRequest(
            tenant=self.session.need_tenant(),
            invoice_number=invoice_number,
            format=format,
            sha256=sha256,
        )
        messages = iter(self.session.invoices.DownloadInvoice(request))
        document = next(messages).document
        target = self._target(document)
        part = target.with_name(f".{uuid.uuid4().hex}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("xb") as file:
                    _fill(file, (message.data for message in messages), document)
                self._put(part, target, document)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(f"{target} cannot be written: {error.strerror or error}.") from error
        return Download(
            invoice_number,
            as_dict(document)["format"],
            target,
            document.size_bytes,
            document.sha256,
        )

    def _target(self, document: Document) -> Path:
        name = safe_name(document.file_name)
        ending = PurePath(name).suffix.lower()
        if self.single and self.output.suffix.lower() == ending and not self.output.is_dir():
            return self.output
        if name.lower() in self._names:  # numbers may differ in what a file name cannot hold
            stem, dot, ending = name.rpartition(".")
            name = f"{stem or ending}-{document.sha256[:8]}{dot}{ending if dot else ''}"
        self._names.add(name.lower())
        return self.output / name

    def _put(self, part: Path, target: Path, document: Document) -> None:
        if not self.replace and target.exists() and _sha256(target) != document.sha256:
            raise Refused(
                f"{target} is there already with other content. Choose another --output, or "
                "replace it with --force."
            )
        part.replace(target)


def safe_name(name: str) -> str:
    """Makes a name that every file system takes and that leads into no other folder."""
    safe = _UNSAFE.sub("_", name).strip(" .")
    if not safe or _RESERVED.match(safe):
        safe = f"_{safe}"
    stem, dot, ending = safe.rpartition(".")
    return _shorten(stem, LONGEST_NAME - len(f"{dot}{ending}".encode())) + dot + ending


def _shorten(text: str, length: int) -> str:
    return text.encode()[: max(length, 0)].decode(errors="ignore")


def _fill(file: BinaryIO, pieces: Iterable[bytes], document: Document) -> None:
    """Writes a document to disk. Raises Refused when it is not the described one."""
    digest = hashlib.sha256()
    for piece in pieces:
        file.write(piece)
        digest.update(piece)
    file.flush()
    os.fsync(file.fileno())
    if file.tell() != document.size_bytes or digest.hexdigest() != document.sha256:
        raise Refused(
            f"{document.file_name} came damaged: its SHA-256 is not the one the server named. "
            "Nothing was saved; download it again."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
