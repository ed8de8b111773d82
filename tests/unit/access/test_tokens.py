"""A token holds only with the right signature, issuer, audience, time, tenant and scopes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.access import tokens
from server.access.keys import Key, SharedKey, UnusableKey, make_key
from server.access.minting import AUDIENCE, ISSUER, MintJwt
from server.access.own_keys import OwnKeys
from server.access.tokens import Trust
from server.domain.errors import Unauthenticated
from tests.builders import tokens as made
from tests.builders.clients import NOW, client
from tests.fakes.signing_keys import MemoryKeys


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _refused(token: str, *trusts: Trust, leeway: float = 0) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as caught:
        made.verifier(*trusts, leeway=leeway).verify(token)
    return caught.value


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA", "HS256"])
def test_each_algorithm_is_checked_with_its_kind_of_key(algorithm: str) -> None:
    trust = Trust(made.ISSUER, made.AUDIENCE, SharedKey(made.public_key(algorithm, "k1")))
    token = made.token(
        "tenant=acme invoice.job_read order.order_read",
        key=made.PRIVATE_KEYS[algorithm],
        algorithm=algorithm,
        headers={"kid": "k1"},
        jti="t1",
    )
    caller = made.verifier(trust).verify(token)
    assert caller.subject == "shop"
    assert caller.tenant == "acme"
    assert caller.scopes == {"invoice.job_read", "order.order_read"}
    assert caller.token_id == "t1"
    assert caller.expires_at.timestamp() > time.time()


def test_another_key_of_the_same_kind_does_not_do() -> None:
    assert "signature" in _refused(made.token(key=made.OTHER_SECRET)).message
    trust = Trust(made.ISSUER, made.AUDIENCE, SharedKey(made.public_key("ES256")))
    other = made.token(key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256")
    assert "signature" in _refused(other, trust).message


def test_a_public_key_is_never_taken_for_a_shared_one() -> None:
    public = made.RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    trust = Trust(made.ISSUER, made.AUDIENCE, SharedKey(made.public_key("RS256")))
    # By hand, for the library refuses to write such a token.
    _, payload, _ = made.token().split(".")
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{payload}"
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert "signature" in _refused(forged, trust).message


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS384", "RS512", "", 5, None])
def test_only_the_algorithms_of_the_list_are_looked_at(algorithm: Any) -> None:
    _, payload, signature = made.token().split(".")
    header = _part({"alg": algorithm, "typ": "JWT"})
    for forged in (f"{header}.{payload}.", f"{header}.{payload}.{signature}"):
        assert _refused(forged).reason == "TOKEN_INVALID"


def test_an_expired_token_says_so_and_leeway_spares_it() -> None:
    token = made.token(expires_in=-5)
    assert _refused(token).reason == "TOKEN_EXPIRED"
    assert made.verifier(leeway=30).verify(token).tenant == "acme"
    assert _refused(made.token(expires_in=-60), leeway=30).reason == "TOKEN_EXPIRED"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "https://other.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "https://other.example"}, "audience"),
        ({"aud": None}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "read"),
        ({"nbf": 9_999_999_999}, "not good yet"),
        ({"scope": "invoice.job_read"}, "one tenant"),
        ({"scope": "tenant=acme tenant=other"}, "one tenant"),
        ({"scope": "tenant=ACME"}, "tenant"),
        ({"scope": "tenant="}, "tenant"),
        ({"scope": 5}, "scope"),
        ({"scope": [5]}, "scope"),
        ({"scope": None}, "one tenant"),
    ],
)
def test_what_a_token_claims_must_hold(claims: dict[str, Any], said: str) -> None:
    error = _refused(made.token(**claims))
    assert error.reason == "TOKEN_INVALID"
    assert said in error.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "..",
        "a.b.c",
        _part({"alg": "HS256"}) + ".." + "x",
        _part([1]) + "." + _part({}) + ".x",
        _part({"alg": "HS256"}) + "." + _part([1]) + ".x",
        _part({"alg": "HS256", "kid": 5}) + "." + _part({"iss": made.ISSUER}) + ".x",
        base64.urlsafe_b64encode(b"[" * 4000).decode() + ".e30.x",
        "e30." + base64.urlsafe_b64encode(b'{"iss":' + b"[" * 4000).decode().rstrip("=") + ".x",
        made.token() + "x" * 9000,
        "ä.ö.ü",
    ],
)
def test_whatever_is_sent_is_refused_and_never_fails(text: str) -> None:
    assert _refused(text).reason == "TOKEN_INVALID"


def test_an_issuer_that_is_no_text_is_refused() -> None:
    header, _, signature = made.token().split(".")
    payload = _part({"iss": [made.ISSUER], "aud": made.AUDIENCE, "exp": 9_999_999_999})
    assert _refused(f"{header}.{payload}.{signature}").reason == "TOKEN_INVALID"


def test_critical_headers_that_nobody_knows_are_refused() -> None:
    token = made.token(headers={"crit": ["exp"], "exp": 1})
    assert _refused(token).reason == "TOKEN_INVALID"


def test_an_expiry_beyond_all_calendars_is_as_good_as_the_last_day() -> None:
    assert made.verifier().verify(made.token(exp=10**15)).expires_at.year == 9999


def test_the_tenant_may_stand_in_a_claim_of_its_own() -> None:
    trust = Trust(
        made.ISSUER, made.AUDIENCE, SharedKey(made.public_key("HS256")), tenant_claim="org"
    )
    caller = made.verifier(trust).verify(made.token("invoice.job_read", org="acme"))
    assert (str(caller.tenant), {*caller.scopes}) == ("acme", {"invoice.job_read"})
    # What the scope says of tenants then counts for nothing.
    assert "one tenant" in _refused(made.token("tenant=acme"), trust).message
    assert "one tenant" in _refused(made.token("x", org=["acme"]), trust).message


def test_scopes_may_be_a_list() -> None:
    caller = made.verifier().verify(made.token(None, scp=["tenant=acme", "invoice.job_read"]))
    assert caller.scopes == {"invoice.job_read"}


def test_a_key_is_not_good_for_tokens_of_another_issuer() -> None:
    keys = MemoryKeys()
    ours = Trust(ISSUER, AUDIENCE, OwnKeys(keys))
    theirs = Trust(made.ISSUER, made.AUDIENCE, SharedKey(made.public_key("HS256")))
    verify = made.verifier(ours, theirs).verify
    assert verify(made.token()).tenant == "acme"
    current = keys.current("tokens")
    with pytest.raises(Unauthenticated):
        verify(made.token(iss=ISSUER, aud=AUDIENCE, headers={"kid": current.key_id}))
    with pytest.raises(Unauthenticated):
        verify(made.token(key=current.secret, headers={"kid": current.key_id}))


def test_tokens_of_our_own_hold_when_keys_are_rotated() -> None:
    keys = MemoryKeys()
    mint = MintJwt(keys)
    trust = Trust(ISSUER, AUDIENCE, OwnKeys(keys))
    now = NOW.now()
    old = mint(client(), "tenant=acme invoice.job_read", "t1", now, 60)
    keys.rotate("tokens")
    new = mint(client(), "tenant=acme", "t2", now, 60)
    verify = made.verifier(trust).verify
    assert verify(old).scopes == {"invoice.job_read"}
    assert verify(new).token_id == "t2"
    headers = [jwt.get_unverified_header(token)["kid"] for token in (old, new)]
    assert headers[0] != headers[1]


def test_a_checked_token_is_recalled_for_a_while_but_never_beyond_its_end() -> None:
    verifier = made.verifier()
    token = made.token()
    assert verifier.recall(token) is None
    caller = verifier.verify(token)
    assert verifier.recall(token) == caller
    short = made.token(expires_in=1)
    verifier.verify(short)
    ends = time.time() + 5
    while verifier.recall(short):
        assert time.time() < ends
    assert verifier.recall(token) == caller


def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "REMEMBERED", 2)
    verifier = made.verifier()
    given = [made.token(jti=str(number)) for number in range(3)]
    for token in given:
        verifier.verify(token)
    assert [verifier.recall(token) is not None for token in given] == [False, True, True]


def test_weak_and_strange_keys_are_no_keys() -> None:
    with pytest.raises(UnusableKey, match="32"):
        make_key("", b"short")
    with pytest.raises(UnusableKey, match="kind"):
        make_key("", ec.generate_private_key(ec.SECP384R1()).public_key())
    with pytest.raises(UnusableKey, match="kind"):
        make_key("", made.RSA_KEY)


def test_a_token_without_a_key_id_is_tried_with_some_keys_only() -> None:
    class ManyKeys:
        def find(self, key_id: str, algorithm: str) -> Sequence[Key]:
            strangers = [make_key("", made.OTHER_SECRET)] * 10
            return [*strangers, made.public_key("HS256")]

    assert (
        "signature" in _refused(made.token(), Trust(made.ISSUER, made.AUDIENCE, ManyKeys())).message
    )


@pytest.mark.parametrize("name", [None, "", "two\nlines", "x" * 201, "\ud800", "tab\there"])
def test_a_token_says_who_calls_in_words_that_can_be_written_down(name: Any) -> None:
    assert "its sub must be" in _refused(made.token(sub=name)).message


def test_nobody_of_another_issuer_passes_for_an_operator_or_one_of_our_clients() -> None:
    keys = SharedKey(made.public_key("HS256"))
    trust = Trust(made.ISSUER, made.AUDIENCE, keys, prefix=f"{made.ISSUER}#")
    caller = made.verifier(trust).verify(made.token(sub="operator:root"))
    assert caller.subject == "https://login.example#operator:root"
    # Without a person there is at least a program.
    caller = made.verifier(trust).verify(made.token(sub=None, azp="till"))
    assert caller.subject == "https://login.example#till"
