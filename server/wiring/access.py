"""Joins what says who may call, and what gives clients their tokens."""

from __future__ import annotations

from server.access.key_address import KeyAddress
from server.access.key_file import KeyFile
from server.access.keys import Keys, SharedKey, UnusableKey, make_key
from server.access.minting import AUDIENCE, ISSUER, MintJwt
from server.access.own_keys import OwnKeys
from server.access.secret_hashes import Argon2Hashes
from server.access.tokens import TokenVerifier, Trust
from server.config import Config
from server.domain.errors import InvalidInput
from server.ports import Clock, Database, SigningKeys
from server.service.issue_token import IssueToken
from server.wiring.clock import new_id


def join_issuer(
    config: Config, database: Database, clock: Clock, signing_keys: SigningKeys
) -> IssueToken:
    """Joins what issues tokens."""
    return IssueToken(
        database, clock, new_id, Argon2Hashes(), MintJwt(signing_keys), config.token_lifetime
    )


def join_verifier(config: Config, signing_keys: SigningKeys) -> TokenVerifier | None:
    """Joins what checks tokens; None where nobody needs one.

    Raises InvalidInput when the keys in a file cannot be used.
    """
    if config.auth == "off":
        return None
    trusts = []
    if config.token_lifetime:
        trusts.append(Trust(ISSUER, AUDIENCE, OwnKeys(signing_keys)))
    if config.other_keys:
        trusts.append(
            Trust(
                config.jwt_issuer,
                config.jwt_audience,
                _keys(config),
                config.jwt_tenant_claim,
                prefix=f"{config.jwt_issuer}#",
            )
        )
    return TokenVerifier(trusts, config.jwt_leeway)


def _keys(config: Config) -> Keys:
    if config.jwt_secret:
        return SharedKey(make_key("", config.jwt_secret.encode()))
    if config.jwks_url:
        return KeyAddress(config.jwks_url, config.jwks_refetch)
    assert config.jwt_keys_file is not None  # noqa: S101 - other_keys says that one of them is set
    try:
        return KeyFile(config.jwt_keys_file)
    except UnusableKey as error:
        raise InvalidInput.field(
            "INVOICEJOBS_JWT_KEYS_FILE", f"{config.jwt_keys_file} {error}"
        ) from error
