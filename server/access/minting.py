"""Writes and signs the tokens of the built-in issuer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import jwt

from server.access.own_keys import PURPOSE
from server.domain.client import Client
from server.ports import SigningKeys

#: Who issues them, and for whom: this service.
ISSUER = AUDIENCE = "invoicejobs"


@dataclass(frozen=True, slots=True)
class MintJwt:
    """Writes tokens as JWTs (RFC 9068), signed with HS256: only this service checks them."""

    keys: SigningKeys

    def __call__(
        self, client: Client, scope: str, token_id: str, now: datetime, lifetime: int
    ) -> str:
        """Gives a token that is good for lifetime seconds."""
        key = self.keys.current(PURPOSE)
        issued_at = int(now.timestamp())
        return jwt.encode(
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "sub": client.client_id,
                "client_id": client.client_id,
                "scope": scope,
                "iat": issued_at,
                "exp": issued_at + lifetime,
                "jti": token_id,
            },
            key.secret,
            algorithm="HS256",
            headers={"kid": key.key_id, "typ": "at+jwt"},
        )
