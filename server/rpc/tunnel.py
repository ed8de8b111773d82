"""The Tunnel service: the calls of a gateway, all in one stream.

gRPC for Python takes longer over a call with a stream of its own than we over most answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
from invoicejobs.v1 import tunnel_pb2, tunnel_pb2_grpc
from invoicejobs.v1.tunnel_pb2 import OpenTunnelResponse

from server.handlers import Handler, ServicerContext
from server.rpc.tunnel_calls import LARGEST_MESSAGE, TunnelCalls
from server.rpc.tunnelled_call import FindHandler

#: Bytes of what is around the response in a message that holds but one.
AROUND_RESPONSE = 1024


def tunnel_handler(servicer: TunnelServicer) -> grpc.GenericRpcHandler:
    """Makes the handler of OpenTunnel, which decodes its requests itself.

    One that is too large would take three times as much memory, and the event loop for a second.
    """
    handler: Handler = grpc.stream_stream_rpc_method_handler(
        servicer.OpenTunnel, response_serializer=OpenTunnelResponse.SerializeToString
    )
    service = tunnel_pb2.DESCRIPTOR.services_by_name["Tunnel"].full_name
    return grpc.method_handlers_generic_handler(service, {"OpenTunnel": handler})


class TunnelServicer(tunnel_pb2_grpc.TunnelServicer):
    """Opens tunnels, and answers the calls in them."""

    def __init__(self, find: FindHandler, most: int, lifetime: float, send_bytes: int) -> None:
        """Takes what gives a method with all that stands before it.

        most is how many calls a tunnel may have, send_bytes the size of the largest message;
        lifetime is the seconds after which another tunnel is to be opened, 0 is never.
        """
        self._find = find
        self._most = most
        self._lifetime = lifetime
        self._largest = min(send_bytes, LARGEST_MESSAGE) - AROUND_RESPONSE
        self._open: set[TunnelCalls] = set()
        self._is_stopping = False

    def stop(self) -> None:
        """Asks all gateways to close their tunnels, and whoever opens one from now on."""
        self._is_stopping = True
        for tunnel in self._open:
            tunnel.ask_to_close()

    async def OpenTunnel(  # type: ignore[override] # bytes, see tunnel_handler
        self, requests: AsyncIterator[bytes], context: ServicerContext
    ) -> AsyncIterator[OpenTunnelResponse]:
        """Answers calls until the gateway closes the tunnel."""
        tunnel = TunnelCalls(self._find, context.peer(), self._most, self._largest)
        loop = asyncio.get_running_loop()
        reading = loop.create_task(tunnel.read(requests))
        timer = loop.call_later(self._lifetime, tunnel.ask_to_close) if self._lifetime else None
        self._open.add(tunnel)
        if self._is_stopping:  # It came before that, and gets its turn only now.
            tunnel.ask_to_close()
        try:
            yield OpenTunnelResponse()
            while (response := await tunnel.next_response()) is not None:
                yield response
            await reading  # Raises what was wrong with the requests.
        finally:
            self._open.discard(tunnel)
            if timer:
                timer.cancel()
            reading.cancel()
            tunnel.break_off()
            # An error of it has this very frame, and they would keep each other.
            del reading
