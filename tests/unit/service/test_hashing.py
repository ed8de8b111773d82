"""Documents are hashed together, each as if it stood alone."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.service.hashing import hash_all
from tests.builders.order_strategies import thorough

KIT = bytes(range(256)) * 12  # three blocks
OTHER = b"<?xml" + KIT


@pytest.mark.parametrize(
    "files",
    [
        [],
        [b""],
        [KIT],
        [KIT, KIT],
        [KIT, b""],
        [b"", KIT],
        [KIT + b"one", KIT + b"two", KIT],
        [KIT[:1500], KIT[:1600], KIT],
        [KIT, KIT[:1024], KIT[:1023]],
        [KIT + b"one", OTHER, KIT + b"two", OTHER + b"two", KIT[:2000], b"x"],
    ],
)
def test_each_has_the_hash_of_its_own_bytes(files):
    assert hash_all(files) == [hashlib.sha256(data).hexdigest() for data in files]


PIECES = st.lists(st.sampled_from([KIT, KIT[:1024], KIT[1024:], b"a", b"b" * 500]), max_size=5)


@thorough
@given(st.lists(PIECES.map(b"".join), max_size=6))
def test_however_files_begin_each_has_its_own_hash(files):
    assert hash_all(files) == [hashlib.sha256(data).hexdigest() for data in files]
