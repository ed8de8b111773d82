"""What every call goes through before its method, in one place and in this order.

One interceptor and not one for each: grpc.aio makes a coroutine and a function for every one of
them at every call, which together take longer than all that they decide.
"""

from __future__ import annotations

import grpc

from server.handlers import Continuation, Handler
from server.rpc.admission import AddressAdmission
from server.rpc.authentication import Authentication
from server.rpc.endings import Endings
from server.rpc.tenant_admission import TenantAdmission


class CallPath(grpc.aio.ServerInterceptor):
    """Surrounds the handler of each call, from the inside out."""

    def __init__(
        self,
        addresses: AddressAdmission,
        authentication: Authentication,
        tenants: TenantAdmission,
        endings: Endings,
    ) -> None:
        """Takes what a call goes through, from the outside in."""
        self._addresses = addresses
        self._authentication = authentication
        self._tenants = tenants
        self._endings = endings

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """Gives the method's handler with all that stands before it; None for no method of ours."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        handler = self._tenants.surrounded(self._endings.surrounded(handler, method), method)
        # Who calls is known before anything of the message is read.
        handler = await self._authentication.guarded(handler, handler_call_details)
        return self._addresses.surrounded(handler, handler_call_details)
