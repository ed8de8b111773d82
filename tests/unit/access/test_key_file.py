"""Keys in a file are read in every usual form, and again when the file is replaced."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from server.access.key_file import KeyFile, read_keys
from server.access.keys import UnusableKey
from tests.builders import tokens as made

RSA_JWK = jwt.algorithms.RSAAlgorithm.to_jwk(made.RSA_KEY.public_key(), as_dict=True)
EC_JWK = jwt.algorithms.ECAlgorithm.to_jwk(made.EC_KEY.public_key(), as_dict=True)
ED_JWK = jwt.algorithms.OKPAlgorithm.to_jwk(made.ED_KEY.public_key(), as_dict=True)


def _pem(private: object = made.RSA_KEY) -> bytes:
    public = private.public_key()  # type: ignore[attr-defined]
    return bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _private_pem() -> bytes:
    return made.RSA_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "login.example")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(made.EC_KEY.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(made.EC_KEY, SHA256())
        .public_bytes(Encoding.PEM)
    )


def test_pem_may_hold_several_keys_and_certificates() -> None:
    keys = read_keys(b"# ours\n" + _pem() + _pem(made.ED_KEY) + _certificate())
    assert [key.algorithm for key in keys] == ["RS256", "EdDSA", "ES256"]


def test_jwks_keep_their_ids() -> None:
    listed = [{**RSA_JWK, "kid": "a"}, {**EC_JWK, "kid": "b", "use": "sig"}, ED_JWK]
    keys = read_keys(json.dumps({"keys": listed}).encode())
    assert [(key.key_id, key.algorithm) for key in keys] == [
        ("a", "RS256"),
        ("b", "ES256"),
        ("", "EdDSA"),
    ]
    assert read_keys(json.dumps(EC_JWK).encode())[0].algorithm == "ES256"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no key"),
        (b"nothing of the kind", "no key"),
        (b"{", "JSON"),
        (b'{"keys": 5}', "list"),
        (b'{"keys": [5]}', "list"),
        (b'{"keys": []}', "no key"),
        (json.dumps({"kty": "oct", "k": "c2hvcnQ"}).encode(), "32"),
        (json.dumps({**RSA_JWK, "use": "enc"}).encode(), "signatures"),
        (json.dumps({**RSA_JWK, "alg": "RS512"}).encode(), "RS512"),
        (json.dumps({**EC_JWK, "x": "!"}).encode(), "cannot be read"),
        (json.dumps({"kty": "what"}).encode(), "cannot be read"),
        (_private_pem(), "private"),
        (b"-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----\n", "cannot be read"),
        (
            _pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
            "1024 bits",
        ),
    ],
    ids=range(14),
)
def test_a_wrong_file_says_what_is_wrong(content: bytes, said: str) -> None:
    with pytest.raises(UnusableKey, match=said):
        read_keys(content)


def test_a_private_jwk_is_refused() -> None:
    private = jwt.algorithms.ECAlgorithm.to_jwk(made.EC_KEY, as_dict=True)
    with pytest.raises(UnusableKey, match="private"):
        read_keys(json.dumps(private).encode())


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableKey, match="No such file"):
        KeyFile(tmp_path / "none.pem")


def test_a_replaced_file_is_read_again_and_a_broken_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_bytes(_pem())
    keys = KeyFile(path, look_every=0)
    assert keys.find("", "RS256")
    assert not keys.find("", "ES256")

    def replace(content: bytes) -> None:
        fresh = tmp_path / "fresh"
        fresh.write_bytes(content)
        fresh.replace(path)

    replace(_pem(made.EC_KEY))
    assert keys.find("any", "ES256")
    assert not keys.find("", "RS256")
    replace(b"half a ke")
    assert keys.find("", "ES256")
    path.unlink()
    assert keys.find("", "ES256")
    replace(_pem(made.ED_KEY))
    assert keys.find("", "EdDSA")
