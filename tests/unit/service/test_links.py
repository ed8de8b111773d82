"""A link opens one document of one tenant, for as long as it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import PermissionDenied
from server.domain.tenant import Tenant
from server.service.links import CheckLink, GivenKeys, SignLinks
from tests.fakes.outside import FakeClock

ACME, OTHER = Tenant("acme"), Tenant("other")
NUMBER, SHA256 = "RE-1", "ab" * 32
OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}


class Links:
    """Signs and checks links at a time that a test moves."""

    def __init__(self, **keys: bytes) -> None:
        given = GivenKeys(keys or OLD)
        self.clock = FakeClock()
        self._sign = SignLinks(given, self.clock, timedelta(days=7))
        self.check = CheckLink(given, self.clock)

    def sign(self, number: str = NUMBER, sha256: str = SHA256, tenant: Tenant = ACME) -> str:
        return self._sign(tenant)(number, sha256)

    def refusal(
        self, signature: str, tenant: Tenant = ACME, number: str = NUMBER, sha256: str = SHA256
    ) -> str:
        with pytest.raises(PermissionDenied) as caught:
            self.check(tenant, number, sha256, signature)
        return caught.value.reason


def test_a_link_opens_its_document_until_it_expires() -> None:
    links = Links()
    signature = links.sign()
    links.check(ACME, NUMBER, SHA256, signature)
    links.clock.advance(days=7, seconds=-1)
    links.check(ACME, NUMBER, SHA256, signature)
    links.clock.advance(seconds=1)
    assert links.refusal(signature) == "LINK_EXPIRED"
    links.check(ACME, NUMBER, SHA256, links.sign())


def test_a_link_is_bound_to_tenant_and_document() -> None:
    links = Links()
    signature = links.sign()
    assert links.refusal(signature, tenant=OTHER) == "LINK_INVALID"
    assert links.refusal(signature, number="RE-2") == "LINK_INVALID"
    assert links.refusal(signature, sha256="cd" * 32) == "LINK_INVALID"
    # Without a hash it would be whatever document the number has.
    assert links.refusal(signature, sha256="") == "LINK_INVALID"


def test_a_link_lives_no_longer_by_changing_when_it_expires() -> None:
    links = Links()
    key_id, expires, code = links.sign().split(".")
    assert links.refusal(f"{key_id}.{int(expires) + 1}.{code}") == "LINK_INVALID"
    assert links.refusal(f"{key_id}.0{expires}.{code}") == "LINK_INVALID"


def test_a_number_that_holds_line_breaks_lends_its_link_to_nothing_else() -> None:
    links = Links()
    later = 9_999_999_999
    _, expires, code = links.sign(f"{later}\nRE-1").split(".")
    forged = f"old.{later}.{code}"
    assert links.refusal(forged, number="RE-1", sha256=f"{SHA256}\n{expires}") == "LINK_INVALID"


@given(data=st.data())
def test_no_changed_character_is_overlooked(data: st.DataObject) -> None:
    links = Links()
    signature = links.sign()
    at = data.draw(st.integers(0, len(signature) - 1))
    other = data.draw(st.characters().filter(lambda character: character != signature[at]))
    assert links.refusal(signature[:at] + other + signature[at + 1 :]).startswith("LINK_")


@given(signature=st.text() | st.from_regex(r"old\.9{10}\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_nothing_made_up_holds(signature: str) -> None:
    assert Links().refusal(signature).startswith("LINK_")


@given(st.text(), st.text())
def test_two_documents_never_share_a_signature(one: str, other: str) -> None:
    links = Links()
    links.check(ACME, one, SHA256, links.sign(one))
    if one != other:
        assert links.refusal(links.sign(one), number=other) == "LINK_INVALID"


def test_keys_are_replaced_by_putting_the_new_one_first() -> None:
    signature = Links(**OLD).sign()
    both = Links(**NEW, **OLD)
    both.check(ACME, NUMBER, SHA256, signature)
    assert both.sign().startswith("new.")
    assert Links(**NEW).refusal(signature) == "LINK_INVALID"


def test_a_key_of_the_same_name_with_another_secret_opens_nothing() -> None:
    assert Links(old=b"x" * 32).refusal(Links(**OLD).sign()) == "LINK_INVALID"
