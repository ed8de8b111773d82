"""What goes with every call."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from gateway.asked import ASKED, Asked, call_options
from gateway.channel import CONFIG, KEEPALIVE
from gateway.config import read_config
from server.rpc.transport import PING_INTERVAL


async def options_with(seconds: float):
    app = web.Application()
    app[CONFIG] = config = read_config({})
    request = make_mocked_request("GET", "/", app=app)
    deadline = asyncio.get_running_loop().time() + seconds
    request[ASKED] = Asked(config, "abc", "192.0.2.1", deadline)
    return call_options(request)


async def test_a_call_gets_what_is_left_of_its_requests_time():
    options = await options_with(10)
    assert 9 < options["timeout"] <= 10


async def test_a_call_after_the_requests_deadline_has_no_time_left():
    assert (await options_with(-1))["timeout"] == 0


async def test_a_call_carries_the_requests_id():
    assert ("x-request-id", "abc") in tuple((await options_with(1))["metadata"])


def test_the_gateway_asks_whether_the_server_is_there_less_often_than_that_permits():
    assert KEEPALIVE * 1000 >= 1.5 * PING_INTERVAL
