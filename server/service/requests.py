"""Repeated requests: the same request id within 24 hours gives the first answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from server.domain.errors import Conflict, InvalidInput
from server.domain.job import id_problem
from server.domain.tenant import Tenant
from server.ports import RememberedRequest

#: For how long a request id stands for its first answer.
REQUEST_ID_LIFE = timedelta(hours=24)

#: Finds what a tenant's request id was used for, in the transaction that may use it.
Find: TypeAlias = Callable[[Tenant, str], RememberedRequest | None]


def check_request_id(request_id: str) -> None:
    """Raises InvalidInput unless a request id is fit to be one; empty means none."""
    if request_id and (problem := id_problem(request_id)):
        raise InvalidInput.field("request_id", problem)


def fingerprint_of(*asked: str) -> str:
    """Gives a digest of what was asked, in texts without control characters."""
    # The separator keeps lists apart, for none of the texts can hold it.
    return hashlib.sha256("\x00".join(asked).encode()).hexdigest()


def first_result(
    find: Find, tenant: Tenant, request_id: str, fingerprint: str, now: datetime
) -> str:
    """Gives what the request made when it was first asked; empty when it was not.

    Raises Conflict when the id stands for another request.
    """
    remembered = find(tenant, request_id) if request_id else None
    if remembered is None or now - remembered.created_at >= REQUEST_ID_LIFE:
        return ""
    if remembered.fingerprint != fingerprint:
        raise Conflict(
            f"The request id {request_id!r} was used for another request within the "
            "last 24 hours. Use a new id for a new request.",
            reason="REQUEST_ID_REUSED",
        )
    return remembered.result
