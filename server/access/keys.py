"""Keys that tokens are checked with, and the one algorithm that each is for.

A key never takes the algorithm that a token names: a public key used as a shared one would let
everybody sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

Material: TypeAlias = (
    bytes | rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
)

ALGORITHMS = ("RS256", "ES256", "EdDSA", "HS256")
#: Bytes of a shared key: as many as the hash has (RFC 7518, section 3.2).
SHARED_KEY_BYTES = 32
RSA_BITS = 2048


class UnusableKey(Exception):
    """A key that signatures cannot be checked with safely. Says why, in words after its name."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and what it is for."""

    #: Empty where it has no id: it is then tried for tokens of every id.
    key_id: str
    #: One of ALGORITHMS.
    algorithm: str
    #: Not shown where a Key is printed: it may be shared.
    material: Material = field(repr=False)

    def fits(self, key_id: str, algorithm: str) -> bool:
        """Tells whether a token that names these may be signed with the key."""
        return self.algorithm == algorithm and (
            not self.key_id or not key_id or self.key_id == key_id
        )


class Keys(Protocol):
    """Where keys come from. May block: on a file, a database or the network."""

    def find(self, key_id: str, algorithm: str) -> Sequence[Key]:
        """Gives the keys that a token may be signed with. Raises Unavailable when none are here."""
        ...


def make_key(key_id: str, material: object) -> Key:
    """Makes a key. Raises UnusableKey for one that is weak or of a kind we do not use."""
    match material:
        case rsa.RSAPublicKey():
            if material.key_size < RSA_BITS:
                raise UnusableKey(f"has {material.key_size} bits; RSA needs {RSA_BITS}")
            return Key(key_id, "RS256", material)
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return Key(key_id, "ES256", material)
        case ed25519.Ed25519PublicKey():
            return Key(key_id, "EdDSA", material)
        case bytes():
            if len(material) < SHARED_KEY_BYTES:
                raise UnusableKey(
                    f"has {len(material)} bytes; a shared key needs {SHARED_KEY_BYTES}"
                )
            return Key(key_id, "HS256", material)
    raise UnusableKey("is of a kind we do not check with; give a public RSA, P-256 or Ed25519 key")


def read_jwk(jwk: Mapping[str, Any]) -> Key:
    """Makes a key of a JSON Web Key. Raises UnusableKey."""
    if "d" in jwk:
        raise UnusableKey("is a private key; give the public one and keep this to its owner")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKey("is not for signatures")
    try:
        material = jwt.PyJWK(dict(jwk)).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnusableKey(f"cannot be read: {error}") from error
    key = make_key(str(jwk.get("kid", "")), material)
    if jwk.get("alg", key.algorithm) != key.algorithm:
        raise UnusableKey(f"is for {jwk['alg']}; we check {', '.join(ALGORITHMS)}")
    return key


@dataclass(frozen=True, slots=True)
class SharedKey:
    """The keys of somebody who signs with a secret that we know, too."""

    key: Key

    def find(self, key_id: str, algorithm: str) -> Sequence[Key]:
        """Gives the key if it may be the token's."""
        return (self.key,) if self.key.fits(key_id, algorithm) else ()
