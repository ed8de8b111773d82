"""What the environment says about who may call, and what it may not say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.config import Config, ConfigError, read_config
from server.config.access import OWN_ISSUER
from server.domain.errors import InvalidInput
from server.wiring.access import join_verifier
from tests.builders import tokens as made
from tests.unit.access.test_key_file import RSA_JWK

SECRET = "0123456789abcdef0123456789abcdef"
OTHERS = {"JWT_ISSUER": made.ISSUER, "JWT_AUDIENCE": made.AUDIENCE}


def _read(**variables: str) -> Config:
    return read_config({f"INVOICEJOBS_{name}": value for name, value in variables.items()})


def _refused(**variables: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _read(**variables)
    return str(caught.value)


def test_nobody_needs_a_token_by_default_and_only_this_machine_may_call() -> None:
    config = _read()
    assert config.auth == "off"
    assert join_verifier(config, _no_keys()) is None
    said = _refused(GRPC_HOST="0.0.0.0", PLAINTEXT="anywhere")
    assert "INVOICEJOBS_AUTH is off" in said
    assert _read(GRPC_HOST="0.0.0.0", PLAINTEXT="anywhere", AUTH="jwt").auth == "jwt"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"JWT_SECRET": "short"}, "32 bytes"),
        ({"JWT_SECRET": SECRET}, "INVOICEJOBS_JWT_ISSUER"),
        ({"JWT_SECRET": SECRET, "JWT_ISSUER": "x"}, "INVOICEJOBS_JWT_AUDIENCE"),
        ({"JWT_ISSUER": "x"}, "need keys"),
        ({**OTHERS, "JWT_SECRET": SECRET, "JWKS_URL": "https://a.example"}, "set one of them"),
        ({**OTHERS, "JWT_SECRET": SECRET, "JWT_ISSUER": OWN_ISSUER}, "our own tokens"),
        ({**OTHERS, "JWKS_URL": "http://login.example/keys"}, "https://"),
        ({**OTHERS, "JWKS_URL": "login.example"}, "https://"),
        ({**OTHERS, "JWKS_URL": "https://[login"}, "https://"),
        ({"TOKEN_LIFETIME": "0"}, "nobody could call"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(variables: dict[str, str], said: str) -> None:
    assert said in _refused(AUTH="jwt", **variables)


def test_a_secret_is_told_to_nobody() -> None:
    assert "hunter2" not in _refused(JWT_SECRET="hunter2")
    config = _read(AUTH="jwt", JWT_SECRET=SECRET, **OTHERS)
    assert SECRET not in repr(config)


def test_keys_may_be_published_on_this_machine_without_tls() -> None:
    config = _read(AUTH="jwt", JWKS_URL="http://127.0.0.1:8081/keys", **OTHERS)
    assert config.other_keys == ("INVOICEJOBS_JWKS_URL",)


def test_a_shared_key_checks_tokens() -> None:
    config = _read(AUTH="jwt", JWT_SECRET=SECRET, **OTHERS)
    verifier = join_verifier(config, _no_keys())
    assert verifier is not None
    assert verifier.verify(made.token()).tenant == "acme"


def test_a_file_of_keys_checks_tokens_and_a_wrong_one_says_so(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(RSA_JWK))
    config = _read(
        AUTH="jwt", JWT_KEYS_FILE=str(path), JWT_TENANT_CLAIM="org", TOKEN_LIFETIME="0", **OTHERS
    )
    verifier = join_verifier(config, _no_keys())
    assert verifier is not None
    token = made.token("", key=made.RSA_KEY, algorithm="RS256", org="acme")
    assert verifier.verify(token).tenant == "acme"
    path.write_text("nothing")
    with pytest.raises(InvalidInput, match="INVOICEJOBS_JWT_KEYS_FILE") as caught:
        join_verifier(config, _no_keys())
    assert str(path) in caught.value.message


def _no_keys() -> Any:
    class NoKeys:
        def current(self, purpose: str) -> object:
            raise AssertionError(purpose)

        def find(self, purpose: str, key_id: str) -> None:
            return None

    return NoKeys()
