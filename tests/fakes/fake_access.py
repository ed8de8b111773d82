"""The Access service of the server in memory."""

from __future__ import annotations

from typing import Any

import grpc
from invoicejobs.v1 import access_pb2, access_pb2_grpc

from tests.fakes.fake_grpc_errors import refusal


class FakeAccess(access_pb2_grpc.AccessServicer):
    """Gives everybody a token who does not say that his secret is wrong."""

    async def IssueToken(
        self, request: access_pb2.IssueTokenRequest, context: Any
    ) -> access_pb2.IssueTokenResponse:
        if request.client_secret == "wrong":
            message = "The client id or its secret is wrong."
            await context.abort_with_status(
                refusal(grpc.StatusCode.UNAUTHENTICATED, "INVALID_CLIENT", message)
            )
        return access_pb2.IssueTokenResponse(
            access_token="a.token", expires_in=3600, scope="tenant=acme"
        )
