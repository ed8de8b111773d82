"""Secrets are kept as hashes that fit them alone."""

from __future__ import annotations

from server.access.secret_hashes import Argon2Hashes


def test_a_hash_fits_its_secret_and_no_other() -> None:
    hashes = Argon2Hashes()
    kept = hashes.hash("open sesame")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "sesame" not in kept
    assert hashes.matches(kept, "open sesame")
    assert not hashes.matches(kept, "open barley")
    assert hashes.hash("open sesame") != kept


def test_what_is_no_hash_fits_nothing() -> None:
    assert not Argon2Hashes().matches("open sesame", "open sesame")
