"""What goes with every call."""

from __future__ import annotations

import asyncio

from aiohttp.test_utils import make_mocked_request

from gateway.channel import DEADLINE, REQUEST_ID, call_options


async def options_with(seconds: float):
    request = make_mocked_request("GET", "/")
    request[REQUEST_ID] = "abc"
    request[DEADLINE] = asyncio.get_running_loop().time() + seconds
    return call_options(request)


async def test_a_call_gets_what_is_left_of_its_requests_time():
    options = await options_with(10)
    assert 9 < options["timeout"] <= 10


async def test_a_call_after_the_requests_deadline_has_no_time_left():
    assert (await options_with(-1))["timeout"] == 0


async def test_a_call_carries_the_requests_id():
    assert (await options_with(1))["metadata"] == (("x-request-id", "abc"),)
