"""Tokens of every kind, good and bad, and a verifier that takes the good ones."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from server.access.keys import Key, SharedKey, make_key
from server.access.tokens import TokenVerifier, Trust

ISSUER = "https://login.example"
AUDIENCE = "https://invoices.example"
SECRET = b"0123456789abcdef0123456789abcdef"
OTHER_SECRET = b"another key of just as many bytes"

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
PRIVATE_KEYS: dict[str, Any] = {
    "RS256": RSA_KEY,
    "ES256": EC_KEY,
    "EdDSA": ED_KEY,
    "HS256": SECRET,
}


def public_key(algorithm: str, key_id: str = "") -> Key:
    """Gives what tokens of an algorithm are checked with."""
    private = PRIVATE_KEYS[algorithm]
    return make_key(key_id, private if isinstance(private, bytes) else private.public_key())


def token(
    scope: Any = "tenant=acme",
    *,
    key: Any = SECRET,
    algorithm: str = "HS256",
    expires_in: float = 300,
    headers: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """Makes a token that holds, but for what is given. A claim that is None is left out."""
    now = int(time.time())
    all_claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "shop",
        "iat": now,
        "exp": now + expires_in,
        "scope": scope,
        **claims,
    }
    given = {name: value for name, value in all_claims.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers=headers)


def verifier(*trusts: Trust, leeway: float = 0) -> TokenVerifier:
    """Makes a verifier, by default one that takes what `token` makes."""
    return TokenVerifier(
        trusts or (Trust(ISSUER, AUDIENCE, SharedKey(public_key("HS256"))),), leeway
    )


def bearer(text: str) -> tuple[tuple[str, str], ...]:
    """Makes the metadata of a call with a token."""
    return (("authorization", f"Bearer {text}"),)
