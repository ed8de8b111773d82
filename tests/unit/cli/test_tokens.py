"""The command shows a token with every call: a given one, or one it gets for its client."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from click.testing import CliRunner, Result
from invoicejobs.v1 import access_pb2, access_pb2_grpc, orders_pb2, orders_pb2_grpc

from gateway.cli import main


class Server(access_pb2_grpc.AccessServicer, orders_pb2_grpc.OrdersServicer):
    """Issues tokens and notes who calls."""

    def __init__(self) -> None:
        self.issued: list[tuple[str, str]] = []
        self.seen: list[str | None] = []
        self.target = ""

    def IssueToken(self, request: Any, context: Any) -> access_pb2.IssueTokenResponse:
        assert "authorization" not in dict(context.invocation_metadata())
        if request.client_secret == "wrong":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "The client id or its secret is wrong.")
        self.issued.append((request.client_id, request.client_secret))
        return access_pb2.IssueTokenResponse(access_token="issued", expires_in=3600)

    def ListOrders(self, request: Any, context: Any) -> orders_pb2.ListOrdersResponse:
        self._note(context)
        return orders_pb2.ListOrdersResponse(next_page_token="" if request.page_token else "more")

    def ImportOrders(self, requests: Any, context: Any) -> orders_pb2.ImportOrdersResponse:
        self._note(context)
        return orders_pb2.ImportOrdersResponse(created_count=len(list(requests)))

    def GetOrder(self, request: Any, context: Any) -> Any:
        raise AssertionError("nobody asks for one")

    def _note(self, context: Any) -> None:
        self.seen.append(dict(context.invocation_metadata()).get("authorization"))


@pytest.fixture
def server() -> Iterator[Server]:
    fake = Server()
    serving = grpc.server(futures.ThreadPoolExecutor(2))
    access_pb2_grpc.add_AccessServicer_to_server(fake, serving)
    orders_pb2_grpc.add_OrdersServicer_to_server(fake, serving)
    fake.target = f"127.0.0.1:{serving.add_insecure_port('127.0.0.1:0')}"
    serving.start()
    yield fake
    serving.stop(None).wait()


def _run(server: Server, *arguments: str, **environment: str) -> Result:
    given = {f"INVOICEJOBS_{name}": value for name, value in environment.items()}
    options = ["--target", server.target, "--tenant", "acme"]
    return CliRunner().invoke(main, [*options, *arguments], env=given, catch_exceptions=False)


def test_a_token_of_the_environment_goes_with_every_call(server: Server) -> None:
    assert _run(server, "orders", "list", TOKEN="given").exit_code == 0
    assert set(server.seen) == {"Bearer given"}
    assert server.issued == []


def test_a_client_gets_one_token_for_all_its_calls(server: Server, tmp_path: Any) -> None:
    order = tmp_path / "order.json"
    order.write_text('{"id": "1"}')
    client = {"CLIENT_ID": "shop", "CLIENT_SECRET": "secret"}
    assert _run(server, "orders", "import", str(order), **client).exit_code == 0
    assert _run(server, "orders", "list", **client).exit_code == 0
    assert set(server.seen) == {"Bearer issued"}
    assert server.issued == [("shop", "secret")] * 2


def test_without_either_no_token_is_sent(server: Server) -> None:
    assert _run(server, "orders", "list").exit_code == 0
    assert set(server.seen) == {None}


def test_a_wrong_secret_ends_the_command_with_a_sentence(server: Server) -> None:
    result = _run(server, "orders", "list", CLIENT_ID="shop", CLIENT_SECRET="wrong")
    assert result.exit_code == 3
    assert result.stderr == "Error: The client id or its secret is wrong.\n"
    assert server.seen == []
