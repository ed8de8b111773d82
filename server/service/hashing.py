"""Hashes documents: those of a shop begin alike, with its fonts and logo, which is most of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_BLOCK = 1024


def hash_all(files: Sequence[bytes]) -> list[str]:
    """Gives the SHA-256 of each, as 64 lower-case hex digits; how they begin is hashed once."""
    beginning = _beginning_of_two(files)
    begun = hashlib.sha256(beginning)
    hashes = []
    for data in files:
        if data.startswith(beginning):
            whole = begun.copy()
            whole.update(memoryview(data)[len(beginning) :])
        else:
            whole = hashlib.sha256(data)
        hashes.append(whole.hexdigest())
    return hashes


def _beginning_of_two(files: Sequence[bytes]) -> bytes:
    """Finds how the first begins and another one, too, in whole blocks; empty where none does."""
    for other in files[1:]:
        end = 0
        while end < len(files[0]) and files[0][end : end + _BLOCK] == other[end : end + _BLOCK]:
            end += _BLOCK
        if end:
            return files[0][:end]
    return b""
