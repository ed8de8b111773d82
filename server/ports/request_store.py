"""What is kept of clients' request ids, so that a repeated request does nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class RememberedRequest:
    """A request that was answered, by the client's request id."""

    #: What it made: the id of a job, or the number of a credit note.
    result: str
    #: Digest of what was asked.
    fingerprint: str
    created_at: datetime


class RequestStore(Protocol):
    """Keeps what request ids were used for."""

    def find(self, tenant: Tenant, request_id: str) -> RememberedRequest | None:
        """Finds what a request id was used for.

        A transaction that writes keeps others from using the id until it ends.
        """
        ...

    def remember(self, tenant: Tenant, request_id: str, request: RememberedRequest) -> None:
        """Remembers a request id, in place of what it stood for before."""
        ...
