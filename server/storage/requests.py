"""What clients' request ids were used for."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from server.domain.tenant import Tenant
from server.ports import RememberedRequest
from server.storage.locks import lock_name
from server.storage.tables import requests

_THIS_ID = (
    requests.c.tenant == bindparam("of_tenant"),
    requests.c.request_id == bindparam("of_request"),
)
# Made once, for to make a statement takes longer than to run it.
_FIND = select(requests.c.result, requests.c.fingerprint, requests.c.created_at).where(*_THIS_ID)
_FORGET = delete(requests).where(*_THIS_ID)
_REMEMBER = insert(requests)


class SqlRequestStore:
    """Keeps what request ids were used for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, tenant: Tenant, request_id: str) -> RememberedRequest | None:
        """Finds what a request id was used for.

        A transaction that writes keeps others from using the id until it ends.
        """
        lock_name(self._connection, "request", tenant, request_id)
        row = self._connection.execute(
            _FIND, {"of_tenant": tenant, "of_request": request_id}
        ).one_or_none()
        return RememberedRequest(*row) if row else None

    def remember(self, tenant: Tenant, request_id: str, request: RememberedRequest) -> None:
        """Remembers a request id, in place of what it stood for before."""
        # No upsert: of two that use an id at the same moment without asking, one must fail.
        self._connection.execute(_FORGET, {"of_tenant": tenant, "of_request": request_id})
        self._connection.execute(
            _REMEMBER,
            {
                "tenant": tenant,
                "request_id": request_id,
                "result": request.result,
                "fingerprint": request.fingerprint,
                "created_at": request.created_at,
            },
        )
