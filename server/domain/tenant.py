"""The tenant: whose orders and invoices they are."""

from __future__ import annotations

import re
from typing import NewType

from server.domain.errors import InvalidInput

Tenant = NewType("Tenant", str)

#: Characters of a tenant's name, at most.
LONGEST_NAME = 16
_TENANT = re.compile(r"[a-z][a-z0-9]{2,15}")


def parse_tenant(text: str) -> Tenant:
    """Reads a tenant's name. Raises InvalidInput when it is not one."""
    if not _TENANT.fullmatch(text):
        raise InvalidInput.field(
            "tenant",
            "must be 3 to 16 lower-case letters and digits, beginning with a letter",
            reason="INVALID_TENANT",
        )
    return Tenant(text)
