"""Keeps documents as files in a folder: written aside, synced, renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from server.domain.errors import NotFound, Unavailable

_PIECE = 64 * 1024
#: Files written but not yet in place end so; what a crash leaves of them is removed at the start.
_ASIDE = ".part"


class FolderDocuments:
    """A document store in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Opens or makes the folder, and removes what a crash left half-written."""
        self._folder = folder
        with _translated(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"*{_ASIDE}"):
                left.unlink(missing_ok=True)

    def store(self, documents: Mapping[str, bytes]) -> None:
        """Keeps bytes under their keys; on return they survive a power cut.

        Raises Unavailable when the disk is full or cannot be written to.
        """
        with _translated(self._folder):
            folders: set[Path] = set()
            for key, data in documents.items():
                target = self._path(key)
                # A key holds the hash of its bytes: a file of its name and size is the same.
                if not (target.exists() and target.stat().st_size == len(data)):
                    self._write(target, data)
                folders |= self._leading_to(target)
            # A renamed file is safe only once the folders that lead to it are on disk, too; who
            # renamed one that is there already may have been stopped before that.
            for folder in sorted(folders):
                _sync_folder(folder)

    def read(self, key: str, offset: int, length: int) -> Iterator[bytes]:
        """Gives length bytes from offset on, in pieces. Raises NotFound for an unknown key.

        Raises Unavailable, at once or at a later piece, when the folder cannot be read.
        """
        path = self._path(key)
        with _translated(self._folder):
            if not path.is_file():
                raise NotFound(
                    "The document's file is missing from the archive.",
                    reason="DOCUMENT_FILE_MISSING",
                )
        return self._pieces(path, offset, length)

    def _pieces(self, path: Path, offset: int, length: int) -> Iterator[bytes]:
        # Opened only now, so that nothing is left open when nobody asks for the first piece.
        with _translated(self._folder), path.open("rb") as file:
            file.seek(offset)
            while length > 0 and (piece := file.read(min(_PIECE, length))):
                length -= len(piece)
                yield piece

    def _path(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts:
            raise ValueError(f"no document key: {key!r}")
        return self._folder.joinpath(*parts)

    def _write(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f"{uuid.uuid4().hex}{_ASIDE}"
        try:
            with aside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
            raise

    def _leading_to(self, target: Path) -> set[Path]:
        depth = len(target.relative_to(self._folder).parts)
        return set(target.parents[:depth])


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "is full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "cannot be used"
        raise Unavailable(
            f"The documents folder {folder} {what}: {error.strerror}.",
            reason="DOCUMENTS_UNAVAILABLE",
        ) from error
