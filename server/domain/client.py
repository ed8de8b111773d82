"""A client that gets its tokens from the built-in issuer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from server.domain.caller import SCOPES
from server.domain.errors import FieldViolation, InvalidInput
from server.domain.tenant import Tenant

_LONGEST_NAME = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Client:
    """A program that may ask for tokens, by its id and a secret that only its hash is kept of."""

    client_id: str
    tenant: Tenant
    #: What people call it.
    name: str
    scopes: tuple[str, ...]
    secret_hash: str
    created_at: datetime
    revoked_at: datetime | None = None


def check_client(name: str, scopes: tuple[str, ...]) -> None:
    """Raises InvalidInput unless a client may be made like this."""
    wrong = []
    if not name.strip() or len(name) > _LONGEST_NAME or _CONTROL.search(name):
        wrong.append(FieldViolation("name", f"must be 1 to {_LONGEST_NAME} characters on one line"))
    if unknown := sorted(set(scopes) - set(SCOPES)):
        wrong.append(
            FieldViolation(
                "scope", f"{', '.join(unknown)} is not known; there are {', '.join(SCOPES)}"
            )
        )
    if not scopes:
        wrong.append(FieldViolation("scope", "must be given at least once"))
    if wrong:
        raise InvalidInput(*wrong)
