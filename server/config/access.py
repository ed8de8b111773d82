"""Who may call."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from process.config.variable import Variable, between, is_loopback, one_of

#: Bytes of a shared key: as many as the hash has (RFC 7518, section 3.2).
SECRET_BYTES = 32
#: What our own tokens name as their issuer.
OWN_ISSUER = "invoicejobs"


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _secret(text: str) -> str:
    if text and len(text.encode()) < SECRET_BYTES:
        raise ValueError(f"at least {SECRET_BYTES} bytes, best from a random generator")
    return text


def _address(text: str) -> str:
    allowed = "an https:// address, or an http:// one on this machine, without user name"
    try:
        parts = urlsplit(text)
        secure = parts.scheme == "https" or is_loopback(parts.hostname or "")
    except ValueError as error:
        raise ValueError(allowed) from error
    known = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
    if text and not (secure and known):
        raise ValueError(allowed)
    return text


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may call."""

    #: "off" (anybody) or "jwt" (whoever has a token).
    auth: str
    #: Shared key of the tokens; empty: none. Not shown where a Config is printed.
    jwt_secret: str = field(repr=False)
    #: Public keys of the tokens.
    jwt_keys_file: Path | None
    #: Where public keys are fetched; empty: nowhere.
    jwks_url: str
    #: Seconds between two fetches for keys that are not known.
    jwks_refetch: int
    jwt_issuer: str
    jwt_audience: str
    #: Seconds by which clocks may differ.
    jwt_leeway: int
    #: The claim that names the tenant; empty: the scope has tenant=NAME.
    jwt_tenant_claim: str
    #: Seconds that a token of our own is good for; 0 issues none.
    token_lifetime: int

    @property
    def other_keys(self) -> tuple[str, ...]:
        """Names the variables that say by which keys tokens of others are checked."""
        given = {
            "INVOICEJOBS_JWT_SECRET": self.jwt_secret,
            "INVOICEJOBS_JWT_KEYS_FILE": self.jwt_keys_file,
            "INVOICEJOBS_JWKS_URL": self.jwks_url,
        }
        return tuple(name for name, value in given.items() if value)


VARIABLES = (
    Variable("INVOICEJOBS_AUTH", "auth", "off", one_of("off", "jwt"),
             "Who may call: off lets everybody in who reaches the port, jwt whoever has a valid "
             "token."),
    Variable("INVOICEJOBS_TOKEN_LIFETIME", "token_lifetime", "3600", between(0, 86_400),
             "Seconds that a token of POST /oauth/token is good for; 0 issues none."),
    Variable("INVOICEJOBS_JWT_ISSUER", "jwt_issuer", "", str,
             "Whose tokens are taken besides our own: the iss they name."),
    Variable("INVOICEJOBS_JWT_AUDIENCE", "jwt_audience", "", str,
             "Whom these tokens must be for: the aud they name."),
    Variable("INVOICEJOBS_JWT_SECRET", "jwt_secret", "", _secret,
             "Shared key that these tokens are signed with (HS256), at least 32 bytes.",
             hidden=True),
    Variable("INVOICEJOBS_JWT_KEYS_FILE", "jwt_keys_file", "", _path,
             "File of the public keys that these tokens are signed with (RS256, ES256, EdDSA): "
             "PEM, a JWK or a set of JWKs. Read again when it changes."),
    Variable("INVOICEJOBS_JWKS_URL", "jwks_url", "", _address,
             "Address where these public keys are published, https or on this machine."),
    Variable("INVOICEJOBS_JWKS_REFETCH", "jwks_refetch", "30", between(1, 3600),
             "Seconds between two fetches from there when tokens name keys that are not known."),
    Variable("INVOICEJOBS_JWT_LEEWAY", "jwt_leeway", "30", between(0, 300),
             "Seconds by which the clocks of a token's issuer and ours may differ."),
    Variable("INVOICEJOBS_JWT_TENANT_CLAIM", "jwt_tenant_claim", "", str,
             "Claim of these tokens that names the tenant. Empty: the scope has tenant=NAME."),
)  # fmt: skip
