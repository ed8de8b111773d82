"""Sends a token with every call: the one in the environment, or one the client gets for itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import grpc
from invoicejobs.v1.access_pb2 import IssueTokenRequest
from invoicejobs.v1.access_pb2_grpc import AccessStub

from gateway.cli.config import Config

#: Seconds before its end at which a token is replaced.
EARLY = 30.0
TIMEOUT = 30.0  # seconds

GiveToken = Callable[[], str]


def with_tokens(channel: grpc.Channel, config: Config) -> grpc.Channel:
    """Gives a channel whose calls carry a token, or the same where the environment has none."""
    give: GiveToken
    if config.token:
        token = config.token
        give = lambda: token  # noqa: E731 - a constant as a function
    elif config.client_id and config.client_secret:
        give = IssuedTokens(channel, config.client_id, config.client_secret)
    else:
        return channel
    return grpc.intercept_channel(channel, _Authorizing(give))


@dataclass(slots=True)
class IssuedTokens:
    """Gets tokens of a server for a client, a new one shortly before the last one's end."""

    channel: grpc.Channel
    client_id: str
    client_secret: str
    _token: str = ""
    _until: float = 0.0

    def __call__(self) -> str:
        """Gives a token. Raises grpc.RpcError when the server issues none."""
        with _LOCK:
            if time.monotonic() >= self._until:
                issued = AccessStub(self.channel).IssueToken(
                    IssueTokenRequest(client_id=self.client_id, client_secret=self.client_secret),
                    timeout=TIMEOUT,
                )
                self._token = issued.access_token
                self._until = time.monotonic() + issued.expires_in - EARLY
            return self._token


_LOCK = threading.Lock()


class _Details(NamedTuple):
    """A call as gRPC hands it to interceptors, with metadata of our own."""

    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class _Authorizing(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Adds the token to the metadata of a call, whichever of the four kinds it is."""

    def __init__(self, give: GiveToken) -> None:
        self._give = give

    def _call(self, proceed: Any, details: Any, request: Any) -> Any:
        metadata = (*(details.metadata or ()), ("authorization", f"Bearer {self._give()}"))
        changed = _Details(
            details.method,
            details.timeout,
            metadata,
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )
        return proceed(changed, request)

    intercept_unary_unary: Any = _call
    intercept_unary_stream: Any = _call
    intercept_stream_unary: Any = _call
    intercept_stream_stream: Any = _call
