"""What clients' request ids were used for."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from server.domain.tenant import Tenant
from server.ports import RememberedRequest
from server.storage.locks import lock_name
from server.storage.prepared import Prepared
from server.storage.tables import requests

_THIS_ID = (
    requests.c.tenant == bindparam("of_tenant"),
    requests.c.request_id == bindparam("of_request"),
)
_FIND = Prepared(
    select(requests.c.result, requests.c.fingerprint, requests.c.created_at).where(*_THIS_ID)
)
_FORGET = Prepared(delete(requests).where(*_THIS_ID))
_REMEMBER = Prepared(insert(requests))


class SqlRequestStore:
    """Keeps what request ids were used for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, tenant: Tenant, request_id: str) -> RememberedRequest | None:
        """Finds what a request id was used for.

        A transaction that writes keeps others from using the id until it ends.
        """
        lock_name(self._connection, "request", tenant, request_id)
        found = _FIND.rows(self._connection, {"of_tenant": tenant, "of_request": request_id})
        return RememberedRequest(*found[0]) if found else None

    def remember(self, tenant: Tenant, request_id: str, request: RememberedRequest) -> None:
        """Remembers a request id, in place of what it stood for before."""
        # No upsert: of two that use an id at the same moment without asking, one must fail.
        _FORGET.run(self._connection, {"of_tenant": tenant, "of_request": request_id})
        _REMEMBER.run(
            self._connection,
            {
                "tenant": tenant,
                "request_id": request_id,
                "result": request.result,
                "fingerprint": request.fingerprint,
                "created_at": request.created_at,
            },
        )
