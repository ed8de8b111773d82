"""What clients of a gateway are told whose server has more to do than it can."""

from __future__ import annotations

import aiohttp

from gateway.serving import running
from server.rpc.overload import OverloadGuard
from tests.grpc.door import open_door
from tests.rest.service import Service, config_for, read_error

#: Fewer than can ever wait: every call is one too many.
NONE_AT_ALL = -1000


async def test_a_request_that_the_server_refuses_for_now_is_told_when_to_come_again() -> None:
    refused = []
    guard = OverloadGuard(lambda: refused.append(1), NONE_AT_ALL)
    async with (
        open_door(interceptors=[guard]) as door,
        running(config_for(f"127.0.0.1:{door.port}", GRPC_TUNNEL="off")) as url,
        aiohttp.ClientSession(url, headers={"X-Request-Id": "shop-7"}) as client,
        client.get(f"{Service(url).jobs}/x") as response,
    ):
        error = await read_error(response, 429)
        assert error["detailInfo"] == "OVERLOADED"
        assert error["message"] == "The server has more to do than it can. Try again in a moment."
        assert response.headers["Retry-After"] == "1"
        assert response.headers["X-Request-Id"] == "shop-7"
        assert refused == [1]
