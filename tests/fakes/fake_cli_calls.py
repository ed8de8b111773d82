"""What all methods of the fake services share: every call is noted, and can be refused."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc_status import rpc_status

Context = Any


class FakeCalls:
    """Notes requests, answers with what a test wants refused, and cuts lists into pages."""

    def __init__(self) -> None:
        #: Every request, by method.
        self.requests: dict[str, list[Any]] = defaultdict(list)
        #: What a method answers instead, once for each: a status and details.
        self.refusals: dict[str, list[tuple[grpc.StatusCode, str, tuple[Message, ...]]]] = (
            defaultdict(list)
        )
        self.page_size = 1000

    def refuse(self, method: str, code: grpc.StatusCode, message: str, *details: Message) -> None:
        """Lets the next call of a method fail."""
        self.refusals[method].append((code, message, details))

    def enter(self, method: str, request: Any, context: Context) -> None:
        """Notes a call, and refuses it where a test wants that."""
        self.requests[method].append(request)
        if self.refusals[method]:
            code, message, details = self.refusals[method].pop(0)
            made = status_pb2.Status(code=code.value[0], message=message)
            for detail in details:
                packed = any_pb2.Any()
                packed.Pack(detail)
                made.details.append(packed)
            if details:
                context.abort_with_status(rpc_status.to_status(made))
            context.abort(code, message)

    def page(self, items: list[Any], request: Any) -> tuple[list[Any], str]:
        """Gives a page of items, and the token of the next one."""
        first = int(request.page_token or 0)
        last = first + min(self.page_size, request.page_size or 100)
        return items[first:last], str(last) if last < len(items) else ""
