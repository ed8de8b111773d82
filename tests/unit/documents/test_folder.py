"""Documents in a folder: all of their bytes, or none, whatever happens in between."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from server.documents.folder import FolderDocuments
from server.domain.errors import NotFound, Unavailable

KEY = "acme/ab/abcdef.pdf"
#: Longer than one piece of reading.
DATA = os.urandom(150_000)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "documents"


@pytest.fixture
def documents(folder):
    return FolderDocuments(folder)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_what_is_stored_is_read_back(documents, folder):
    documents.store({KEY: DATA, "acme/cd/other.pdf": b"other", "acme/ab/empty.pdf": b""})
    assert b"".join(documents.read(KEY, 0, len(DATA))) == DATA
    assert b"".join(documents.read("acme/cd/other.pdf", 0, 5)) == b"other"
    assert b"".join(documents.read("acme/ab/empty.pdf", 0, 0)) == b""
    assert files(folder) == [KEY, "acme/ab/empty.pdf", "acme/cd/other.pdf"]


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 1), (10, 70_000), (65_536, 65_536), (149_999, 1), (0, 150_000), (150_000, 0), (5, 0)],
)
def test_a_range_is_read_exactly(documents, offset, length):
    documents.store({KEY: DATA})
    pieces = list(documents.read(KEY, offset, length))
    assert b"".join(pieces) == DATA[offset : offset + length]
    assert all(0 < len(piece) <= 65_536 for piece in pieces)


def test_a_range_ends_with_the_file(documents):
    documents.store({KEY: b"short"})
    assert b"".join(documents.read(KEY, 3, 1000)) == b"rt"


@pytest.mark.parametrize("key", ["acme/ab/none.pdf", "nobody/none.pdf", "acme/ab", f"{KEY}/more"])
def test_an_unknown_key_is_not_found_before_the_first_piece(documents, key):
    documents.store({KEY: DATA})
    with pytest.raises(NotFound):
        documents.read(key, 0, 1)


@pytest.mark.parametrize(
    "key",
    ["../secret", "acme/../../secret", "/etc/passwd", "", ".", "..", "acme//b.pdf", "acme/./b.pdf"],
)
def test_a_key_never_leads_out_of_the_folder(documents, folder, key):
    (folder.parent / "secret").write_bytes(b"secret")
    with pytest.raises(ValueError, match="no document key"):
        documents.read(key, 0, 1)
    with pytest.raises(ValueError, match="no document key"):
        documents.store({key: b"x"})
    assert (folder.parent / "secret").read_bytes() == b"secret"


def test_storing_again_changes_nothing(documents, folder):
    documents.store({KEY: DATA})
    before = (folder / KEY).stat().st_mtime_ns
    documents.store({KEY: DATA})
    assert (folder / KEY).stat().st_mtime_ns == before


def test_a_file_that_was_cut_short_is_replaced(documents, folder):
    documents.store({KEY: DATA})
    (folder / KEY).write_bytes(DATA[:100])
    documents.store({KEY: DATA})
    assert (folder / KEY).read_bytes() == DATA


def test_what_a_crash_left_half_written_is_removed_at_the_start(documents, folder):
    documents.store({KEY: DATA})
    (folder / "0123.part").write_bytes(b"half")
    FolderDocuments(folder)
    assert files(folder) == [KEY]


def test_a_full_disk_is_told_and_leaves_nothing_half_written(documents, folder, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="is full: No space left on device") as caught:
        documents.store({KEY: DATA})
    assert caught.value.reason == "DOCUMENTS_UNAVAILABLE"
    assert not files(folder)


def test_bytes_and_the_folders_that_lead_to_them_are_on_disk_on_return(
    documents, folder, monkeypatch
):
    synced = []
    sync = os.fsync

    def recording(descriptor):
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", recording)
    documents.store({KEY: DATA})
    folders = {path.stat().st_ino for path in (folder, folder / "acme", folder / "acme/ab")}
    # First the file itself, which was renamed since.
    assert synced[0] == (folder / KEY).stat().st_ino
    assert set(synced[1:]) == folders
    # Who wrote the file may have been stopped before the folders were on disk; we know of our own.
    synced.clear()
    documents.store({KEY: DATA})
    assert set(synced) == {(folder / "acme/ab").stat().st_ino}
    monkeypatch.setattr("server.documents.folder._SETTLED", set())
    documents.store({KEY: DATA})
    assert set(synced) == folders


def test_a_folder_that_was_removed_is_made_and_synced_again(documents, folder, monkeypatch):
    documents.store({KEY: DATA})
    shutil.rmtree(folder / "acme")
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    documents.store({KEY: DATA})
    assert (folder / KEY).read_bytes() == DATA
    assert {path.stat().st_ino for path in (folder, folder / "acme", folder / "acme/ab")} <= set(
        synced
    )


def test_a_folder_that_is_a_file_cannot_be_used(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match="cannot be used"):
        FolderDocuments(tmp_path / "file")
    with pytest.raises(Unavailable, match="cannot be used"):
        FolderDocuments(tmp_path / "file" / "below")


def test_a_place_that_is_taken_by_a_file_is_unavailable(documents, folder):
    (folder / "acme").write_bytes(b"in the way")
    with pytest.raises(Unavailable):
        documents.store({KEY: DATA})
    assert files(folder) == ["acme"]


def test_a_disk_that_cannot_be_read_is_unavailable(documents, folder, monkeypatch):
    documents.store({KEY: DATA})
    pieces = documents.read(KEY, 0, len(DATA))

    def broken(path, mode):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(Unavailable, match="cannot be used: Input/output error"):
        next(pieces)


def test_nothing_stays_open_when_the_reader_goes_away(documents, monkeypatch):
    documents.store({KEY: DATA})
    opened = []
    open_ = Path.open

    def recording(path, mode):
        opened.append(open_(path, mode))
        return opened[-1]

    monkeypatch.setattr(Path, "open", recording)
    documents.read(KEY, 0, len(DATA))
    assert not opened
    pieces = documents.read(KEY, 0, len(DATA))
    next(pieces)
    pieces.close()
    assert [file.closed for file in opened] == [True]


class TestLookingAfter:
    def test_keys_come_sorted_as_texts_sort(self, tmp_path):
        documents = FolderDocuments(tmp_path)
        keys = ["acme/00/a.pdf", "acme/b.pdf", "acme.txt", "acme2/b-1/x", "acme2/b/x", "b.part"]
        for key in keys:
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(b"x")
        assert list(documents.keys()) == sorted(keys)
        assert list(documents.keys("acme/")) == ["acme/00/a.pdf", "acme/b.pdf"]
        assert list(documents.keys("nobody/")) == []
        assert [key for key in keys if documents.is_aside(key)] == ["b.part"]

    def test_sizes_are_told_and_files_removed(self, tmp_path):
        documents = FolderDocuments(tmp_path)
        documents.store({"acme/00/a.pdf": b"12345"})
        assert documents.size("acme/00/a.pdf") == 5
        assert documents.size("acme/00/none.pdf") is None
        documents.remove(["acme/00/a.pdf", "acme/00/none.pdf", "other/x"])
        assert documents.size("acme/00/a.pdf") is None

    def test_who_only_looks_changes_nothing(self, tmp_path):
        FolderDocuments(tmp_path / "none", abandoned=None)
        assert not (tmp_path / "none").exists()
        (tmp_path / "0.part").write_bytes(b"half")
        FolderDocuments(tmp_path, abandoned=None)
        assert (tmp_path / "0.part").exists()

    def test_folders_that_are_no_tenants_are_not_ours(self, tmp_path):
        documents = FolderDocuments(tmp_path)
        documents.store({KEY: DATA})
        for name in ("lost+found", ".snapshot/acme"):
            (tmp_path / name).mkdir(parents=True)
        (tmp_path / ".snapshot/acme/x.pdf").write_bytes(b"x")
        # Nobody but root may look into it.
        (tmp_path / "lost+found").chmod(0)
        assert list(documents.keys()) == [KEY]

    def test_where_others_store_only_what_is_old_is_removed(self, tmp_path):
        for name in ("old.part", "new.part"):
            (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / "old.part", (0, 0))
        FolderDocuments(tmp_path, abandoned=60)
        assert [path.name for path in tmp_path.iterdir()] == ["new.part"]

    def test_what_others_leave_later_is_removed_when_asked(self, tmp_path):
        documents = FolderDocuments(tmp_path)
        for name in ("old.part", "new.part"):
            (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / "old.part", (0, 0))
        documents.remove_abandoned(3600)
        assert [path.name for path in tmp_path.iterdir()] == ["new.part"]
