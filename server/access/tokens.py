"""Checks bearer tokens (JWTs): who signed them, for whom, until when, and what they allow."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from server.access.keys import ALGORITHMS, Key, Keys
from server.domain.caller import TENANT_PREFIX, Caller
from server.domain.errors import InvalidInput, Unauthenticated
from server.domain.tenant import Tenant, parse_tenant

#: Bytes of a token; gRPC takes about as much for all that goes with a call.
MOST_BYTES = 8192
#: Seconds that a checked token is believed without being checked again, and how many are.
REMEMBERED_SECONDS = 10.0
REMEMBERED = 4096
#: Keys that are tried for a token that does not name its key.
MOST_TRIES = 10
#: Characters of the claim that says who calls.
LONGEST_NAME = 200
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)

# What reading JSON of a stranger can raise beside the library's own errors.
_UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Trust:
    """Somebody whose tokens we take."""

    issuer: str
    #: Whom its tokens must be for.
    audience: str
    keys: Keys
    #: The claim that names the tenant; empty: it stands in the scope as tenant=NAME.
    tenant_claim: str = ""
    #: Stands before the names of its callers, so that they cannot pass for somebody else's.
    prefix: str = ""


class TokenVerifier:
    """Checks tokens of some issuers. Used from many threads."""

    def __init__(self, trusts: Sequence[Trust], leeway: float) -> None:
        """Takes whom to trust, and by how many seconds clocks may differ."""
        self._trusts = {trust.issuer: trust for trust in trusts}
        self._leeway = leeway
        self._remembered: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, token: str) -> Caller | None:
        """Gives the caller of a token that was checked a moment ago. Never blocks for long."""
        digest = _digest(token)
        with self._lock:
            caller, until = self._remembered.get(digest, (None, 0.0))
        return caller if time.time() < until else None

    def verify(self, token: str) -> Caller:
        """Checks a token, which may block, and gives who it speaks for.

        Raises Unauthenticated, saying why, and Unavailable while the keys are out of reach.
        """
        trust, claims = self._checked(token)
        caller = _caller(trust, claims)
        expires = caller.expires_at.timestamp() + self._leeway
        with self._lock:
            self._remembered[_digest(token)] = (
                caller,
                min(time.time() + REMEMBERED_SECONDS, expires),
            )
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return caller

    def _checked(self, token: str) -> tuple[Trust, Mapping[str, Any]]:
        try:
            if len(token) > MOST_BYTES:
                raise _invalid("it is too long")
            unchecked = jwt.decode_complete(token, options={"verify_signature": False})
            header, issuer = unchecked["header"], unchecked["payload"].get("iss")
        except _UNREADABLE as error:
            raise _invalid("it is no JSON Web Token") from error
        algorithm, key_id = header.get("alg"), header.get("kid", "")
        if algorithm not in ALGORITHMS or "crit" in header or not isinstance(key_id, str):
            raise _invalid(f"its signature is none of {', '.join(ALGORITHMS)}")
        trust = self._trusts.get(issuer) if isinstance(issuer, str) else None
        if trust is None:
            raise _invalid("its issuer is not known here")
        for key in trust.keys.find(key_id, algorithm)[:MOST_TRIES]:
            try:
                return trust, self._decode(token, key, trust)
            except jwt.InvalidSignatureError:
                continue
        raise _invalid("its signature is not that of its issuer")

    def _decode(self, token: str, key: Key, trust: Trust) -> Mapping[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.material,
                algorithms=[key.algorithm],
                audience=trust.audience,
                issuer=trust.issuer,
                leeway=self._leeway,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.InvalidSignatureError:
            raise
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated(
                "The token has expired. Get a new one and call again.", reason="TOKEN_EXPIRED"
            ) from error
        except jwt.ImmatureSignatureError as error:
            raise _invalid("it is not good yet; compare the clocks") from error
        except jwt.InvalidAudienceError as error:
            raise _invalid("it is for another audience") from error
        except jwt.MissingRequiredClaimError as error:
            raise _invalid(f"it lacks {error.claim}") from error
        except _UNREADABLE as error:
            raise _invalid("one of its claims cannot be read") from error
        return claims


def _caller(trust: Trust, claims: Mapping[str, Any]) -> Caller:
    scopes = _words(claims.get("scope", claims.get("scp", "")))
    named: list[object] = [claims.get(trust.tenant_claim)]
    if not trust.tenant_claim:
        prefixed = (scope for scope in scopes if scope.startswith(TENANT_PREFIX))
        named = [*{scope.removeprefix(TENANT_PREFIX) for scope in prefixed}]
    return Caller(
        subject=trust.prefix + _name(claims),
        tenant=_tenant(named),
        scopes=frozenset(scope for scope in scopes if not scope.startswith(TENANT_PREFIX)),
        token_id=str(claims.get("jti", "")),
        expires_at=_instant(claims["exp"]),
    )


def _name(claims: Mapping[str, Any]) -> str:
    """Reads who it is; it goes into logs and beside all that is done."""
    name = next((claims[each] for each in ("sub", "client_id", "azp") if each in claims), None)
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise _invalid(
            f"its sub must be a text of at most {LONGEST_NAME} characters that can be printed"
        )
    return name


def _words(claim: object) -> list[str]:
    words = claim.split() if isinstance(claim, str) else claim
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise _invalid("its scope is no text")
    return words


def _tenant(named: Sequence[object]) -> Tenant:
    tenant = named[0] if len(named) == 1 else None
    if not isinstance(tenant, str):
        raise _invalid("it does not name one tenant")
    try:
        return parse_tenant(tenant)
    except InvalidInput as error:
        raise _invalid("what it names cannot be a tenant") from error


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(int(seconds), int(_LATEST.timestamp())), UTC)


def _digest(token: str) -> bytes:
    # Not the token: whoever reads this process's memory finds no key to others' data.
    return hashlib.sha256(token.encode()).digest()


def _invalid(problem: str) -> Unauthenticated:
    return Unauthenticated(f"The token does not hold here: {problem}.")
