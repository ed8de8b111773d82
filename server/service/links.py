"""Signs and checks download links, which open one document for a while without a token.

A signature is the id of its key, when it expires (seconds since 1970) and an HMAC-SHA256 over
what it is bound to: tenant, document and that time.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from server.domain.errors import PermissionDenied
from server.domain.tenant import Tenant
from server.ports import Clock, SigningKey, SigningKeys

#: What the keys of links are called among the service's signing keys.
PURPOSE = "links"

#: Gives the signature of a document of its invoice's number and its SHA-256. Does not block.
SignDocument: TypeAlias = Callable[[str, str], str]

_SIGNATURE = re.compile(r"([A-Za-z0-9_-]{1,32})\.([1-9][0-9]{0,10})\.([A-Za-z0-9_-]{43})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SignLinks:
    """Signs links."""

    keys: SigningKeys
    clock: Clock
    lifetime: timedelta

    def __call__(self, tenant: Tenant) -> SignDocument:
        """Gives what signs links to a tenant's documents from now on. May block."""
        key = self.keys.current(PURPOSE)
        expires = int((self.clock.now() + self.lifetime).timestamp())

        def sign(number: str, sha256: str) -> str:
            return f"{key.key_id}.{expires}.{_code(key, tenant, number, sha256, expires)}"

        return sign


@dataclass(frozen=True, slots=True)
class CheckLink:
    """Checks the signature of a link."""

    keys: SigningKeys
    clock: Clock

    def __call__(self, tenant: Tenant, number: str, sha256: str, signature: str) -> None:
        """Raises PermissionDenied unless the signature opens this very document now. May block."""
        parts = _SIGNATURE.fullmatch(signature)
        if parts is None or not _SHA256.fullmatch(sha256):
            raise _invalid()
        expires = int(parts[2])
        # Whoever forges one learns nothing from this: it is what he wrote himself.
        if expires <= self.clock.now().timestamp():
            raise PermissionDenied(
                "This link has expired. Ask for the job or the invoice again: the answer has a "
                "fresh one.",
                reason="LINK_EXPIRED",
            )
        key = self.keys.find(PURPOSE, parts[1])
        if key is None:
            raise _invalid()
        # As text and whole, so that no other spelling of the same bytes holds.
        if not hmac.compare_digest(_code(key, tenant, number, sha256, expires), parts[3]):
            raise _invalid()


@dataclass(frozen=True)
class GivenKeys:
    """Keys that the operator gives, the one to sign with first."""

    keys: Mapping[str, bytes]

    def current(self, _purpose: str) -> SigningKey:
        """Gives the first key."""
        return SigningKey(*next(iter(self.keys.items())))

    def find(self, _purpose: str, key_id: str) -> SigningKey | None:
        """Finds a key by its id."""
        secret = self.keys.get(key_id)
        return None if secret is None else SigningKey(key_id, secret)


def _code(key: SigningKey, tenant: Tenant, number: str, sha256: str, expires: int) -> str:
    # The number comes last: it alone could hold a line break, so no two texts are the same.
    bound = f"invoicejobs link\n{tenant}\n{sha256}\n{expires}\n{number}"
    code = hmac.digest(key.secret, bound.encode(errors="surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def _invalid() -> PermissionDenied:
    return PermissionDenied(
        "This link is incomplete, changed or replaced. Ask for the job or the invoice again: the "
        "answer has a fresh one.",
        reason="LINK_INVALID",
    )
