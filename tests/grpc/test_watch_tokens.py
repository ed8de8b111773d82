"""Who watches a job hears no more of it than the token allows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import grpc
from invoicejobs.v1 import invoice_jobs_pb2 as pb

from server.domain.caller import Caller
from server.domain.errors import Unauthenticated
from server.domain.tenant import Tenant
from server.rpc.authentication import Authentication
from tests.builders.tokens import bearer
from tests.grpc.door import DEADLINE, failure_of, open_door
from tests.grpc.test_watch_jobs import Jobs

SCOPES = frozenset({"invoice.job_read"})
CALLER = Caller("shop", Tenant("acme"), SCOPES, "", datetime(2027, 1, 1, tzinfo=UTC))


class Verifier:
    """Takes a token for as long as a test wants it to hold, and for some calls remembers it."""

    def __init__(self) -> None:
        self.holds = True
        self.remembers = True

    def recall(self, token: str) -> Caller | None:
        return CALLER if self.remembers else None

    def verify(self, token: str) -> Caller:
        if not self.holds:
            raise Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED")
        return CALLER


async def test_a_watch_ends_when_its_token_does() -> None:
    jobs, verifier = Jobs(3), Verifier()
    async with open_door(
        authentication=Authentication(verifier),
        watch_job=jobs.watch_job,
        follow_changes=jobs.follow_changes,
    ) as door:
        request = pb.WatchInvoiceJobRequest(tenant="acme", job_id="j1")
        call: Any = door.jobs.WatchInvoiceJob(request, metadata=bearer("x"), timeout=DEADLINE)
        assert (await call.read()).job.job_id == "j1"
        jobs.succeed(1)
        assert len((await call.read()).outcomes) == 1
        # Not remembered any more, it is checked again; and still holds.
        verifier.remembers = False
        jobs.succeed(1)
        assert len((await call.read()).outcomes) == 1
        verifier.holds = False
        jobs.succeed(1)
        failure = await failure_of(call.read())
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.UNAUTHENTICATED,
            "TOKEN_EXPIRED",
        )
