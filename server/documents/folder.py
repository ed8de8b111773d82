"""Keeps documents as files in a folder: written aside, synced, renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import FileIO
from pathlib import Path

from server.domain.errors import InvalidInput, NotFound, Unavailable
from server.domain.tenant import parse_tenant

_PIECE = 64 * 1024
#: Files written but not yet in place end so; what a crash leaves of them is removed at the start.
_ASIDE = ".part"
#: Files that are open at the same time, of each thread that stores.
_TOGETHER = 64
#: What no part of a key may be: it would lead out of the folder, or be another key's.
_NO_NAMES = frozenset({"", ".", ".."})
#: Folders whose way from the top is known to be on disk; forgotten when there are many.
_SETTLED: set[Path] = set()
_MOST_SETTLED = 10_000


class FolderDocuments:
    """A document store in a folder of this machine."""

    def __init__(self, folder: Path, *, abandoned: float | None = 0.0) -> None:
        """Opens or makes the folder, and removes what a crash left half-written.

        Where others may be storing, that is what is older than abandoned seconds; None leaves all
        as it is and makes no folder.
        """
        self._folder = folder
        if abandoned is None:
            return
        with _translated(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.remove_abandoned(abandoned)

    def remove_abandoned(self, seconds: float) -> None:
        """Removes what a process that ended left half-written more than so many seconds ago.

        Raises Unavailable when the folder cannot be written to.
        """
        with _translated(self._folder):
            for left in self._folder.glob(f"*{_ASIDE}"):
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - left.stat().st_mtime >= seconds or not seconds:
                        left.unlink()

    def store(self, documents: Mapping[str, bytes]) -> None:
        """Keeps bytes under their keys; on return they survive a power cut.

        Raises Unavailable when the disk is full or cannot be written to.
        """
        with _translated(self._folder):
            targets = [(self._path(key), data) for key, data in documents.items()]
            # A key holds the hash of its bytes: a file of its name and size is the same.
            lacking = [(target, data) for target, data in targets if _size(target) != len(data)]
            for start in range(0, len(lacking), _TOGETHER):
                self._write(lacking[start : start + _TOGETHER])
            # A renamed file is safe only once the folders that lead to it are on disk, too; who
            # renamed one that is there already may have been stopped before that.
            for folder in {_parent(target) for target, _ in targets}:
                self._settle(Path(folder))

    def read(self, key: str, offset: int, length: int) -> Iterator[bytes]:
        """Gives length bytes from offset on, in pieces. Raises NotFound for an unknown key.

        Raises Unavailable, at once or at a later piece, when the folder cannot be read.
        """
        path = Path(self._path(key))
        with _translated(self._folder):
            if not path.is_file():
                raise NotFound(
                    "The document's file is missing from the archive.",
                    reason="DOCUMENT_FILE_MISSING",
                )
        return self._pieces(path, offset, length)

    def size(self, key: str) -> int | None:
        """Gives how many bytes are kept under a key; None when there are none."""
        with _translated(self._folder):
            return _size(self._path(key))

    def remove(self, keys: Sequence[str]) -> None:
        """Forgets what is kept under the keys; a key that is unknown is none the worse.

        Raises Unavailable when the folder cannot be written to.
        """
        with _translated(self._folder):
            paths = [Path(self._path(key)) for key in keys]
            for path in paths:
                path.unlink(missing_ok=True)
            for folder in {path.parent for path in paths}:
                if folder.is_dir():
                    _sync_folder(folder)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Gives the keys of all that is there, sorted by code point, below a prefix such as a/.

        Folders beside those of tenants are not ours: a file system keeps lost+found for itself.
        Raises Unavailable when the folder cannot be read.
        """
        start = Path(self._path(prefix.removesuffix("/"))) if prefix else self._folder
        with _translated(self._folder):
            if start.is_dir():
                yield from _walk(start, prefix, _is_ours if start == self._folder else _any)

    def is_aside(self, key: str) -> bool:
        """Tells whether a key is that of a file being stored, or left over from it."""
        return key.endswith(_ASIDE)

    def _pieces(self, path: Path, offset: int, length: int) -> Iterator[bytes]:
        # Opened only now, so that nothing is left open when nobody asks for the first piece.
        with _translated(self._folder), path.open("rb") as file:
            file.seek(offset)
            while length > 0 and (piece := file.read(min(_PIECE, length))):
                length -= len(piece)
                yield piece

    def _path(self, key: str) -> str:
        """Gives where a key's bytes are; as text, for a Path of each costs more than its calls."""
        if not _NO_NAMES.isdisjoint(key.split("/")):
            raise ValueError(f"no document key: {key!r}")
        return f"{self._folder}/{key}"

    def _write(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Writes files aside, then syncs all of them, then renames all.

        Synced one by one, each would wait for the file system's journal; so it takes half as long.
        """
        written: list[tuple[str, str]] = []
        try:
            with contextlib.ExitStack() as opened:
                descriptors = []
                for folder in {_parent(target) for target, _ in files}:
                    _make_folder(Path(folder))
                for target, data in files:
                    aside = f"{self._folder}/{os.urandom(16).hex()}{_ASIDE}"
                    file = opened.enter_context(open(aside, "xb", buffering=0))  # noqa: PTH123
                    written.append((aside, target))
                    _write_all(file, data)
                    descriptors.append(file.fileno())
                for descriptor in descriptors:
                    os.fsync(descriptor)
            for aside, target in written:
                os.replace(aside, target)  # noqa: PTH105
        except BaseException:
            for aside, _ in written:
                with contextlib.suppress(OSError):
                    Path(aside).unlink(missing_ok=True)
            raise

    def _settle(self, folder: Path) -> None:
        """Sees to it that the names in a folder are on disk, and the names that lead to it."""
        _sync_folder(folder)
        if folder in _SETTLED:
            return
        for above in folder.parents[: len(folder.relative_to(self._folder).parts)]:
            _sync_folder(above)
        if len(_SETTLED) >= _MOST_SETTLED:
            _SETTLED.clear()
        _SETTLED.add(folder)


def _walk(folder: Path, prefix: str, enters: Callable[[str], bool]) -> Iterator[str]:
    """Gives the files below a folder, holding the names of one folder of each level at a time."""
    try:
        with os.scandir(folder) as entries:
            # A folder sorts as the keys in it do, which go on with a slash.
            names = sorted(
                f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
                for entry in entries
            )
    except FileNotFoundError:
        return  # removed meanwhile
    for name in names:
        if not name.endswith("/"):
            yield prefix + name
        elif enters(name[:-1]):
            yield from _walk(folder / name, prefix + name, _any)


def _any(_: str) -> bool:
    return True


def _is_ours(folder: str) -> bool:
    """Tells whether a folder is a tenant's."""
    try:
        parse_tenant(folder)
    except InvalidInput:
        return False
    return True


def _make_folder(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True)
        _SETTLED.discard(folder)  # it was removed meanwhile
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - a Path takes twice as long
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write_all(file: FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    # The kernel begins to write now, while we prepare the next file; fsync then finds little to
    # wait for. (The pages stay in its cache: they are dirty.)
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


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
