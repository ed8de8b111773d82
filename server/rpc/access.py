"""The Access service."""

from __future__ import annotations

from invoicejobs.v1 import access_pb2, access_pb2_grpc

from server.domain.errors import LimitExceeded
from server.handlers import ServicerContext
from server.rpc.addresses import rate_key
from server.rpc.threads import Threads
from server.service.origin import current_origin
from server.service.use_cases import UseCases

#: Secrets that are checked at the same time: each takes a core and some memory.
AT_ONCE = 2
#: Calls that are answered or wait for that, about a second's worth; one more is refused.
MOST_CALLS = 64


class AccessServicer(access_pb2_grpc.AccessServicer):
    """Gives clients tokens.

    On threads of its own: checking a secret takes long by design, and whoever guesses secrets must
    not hold up those who have a token.
    """

    def __init__(self, use_cases: UseCases) -> None:
        self._use_cases = use_cases
        self._threads = Threads(AT_ONCE)
        self._calls = 0

    def stop(self) -> None:
        """Lets the threads end."""
        self._threads.close()

    async def IssueToken(
        self, request: access_pb2.IssueTokenRequest, context: ServicerContext
    ) -> access_pb2.IssueTokenResponse:
        """Issues a token to a client that shows its secret."""
        if self._calls >= MOST_CALLS:
            raise LimitExceeded(
                "Too many clients ask for tokens. Try again in a moment.",
                reason="TOO_MANY_TOKEN_REQUESTS",
                retry_after=1.0,
            )
        address = current_origin().address
        self._calls += 1
        try:
            issued = await self._threads.run(
                self._use_cases.issue_token,
                request.client_id,
                request.client_secret,
                request.scope,
                # Whoever has a network of IPv6 has any number of addresses.
                rate_key(address) or address,
            )
        finally:
            self._calls -= 1
        return access_pb2.IssueTokenResponse(
            access_token=issued.token, expires_in=issued.expires_in, scope=issued.scope
        )
