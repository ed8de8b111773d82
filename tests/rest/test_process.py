"""The gateway as a process of its own: `python -m gateway`."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from tests.fakes.fake_grpc_probes import Hold
from tests.rest.test_document import CONTENT, link_of

WAIT = 60  # seconds until a test gives up


@asynccontextmanager
async def gateway(*arguments: str, **variables: str) -> AsyncIterator[Process]:
    """Starts the process; kills it at the end if it still runs."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}
    environment = inherited | {f"INVOICEJOBS_{name}": value for name, value in variables.items()}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", *arguments, stdout=PIPE, stderr=PIPE, env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def read_address(process: Process) -> str:
    """Waits until it serves, and gives its address."""
    assert process.stdout
    line = (await asyncio.wait_for(process.stdout.readline(), WAIT)).decode()
    match = re.fullmatch(r"gateway listening on (http://\S+)\n", line)
    assert match, line
    return match[1]


async def ended(process: Process) -> tuple[int | None, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), WAIT)
    return process.returncode, out.decode(), err.decode()


async def refuses_connections(url: str) -> None:
    """Waits until nobody listens any more."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    async with asyncio.timeout(WAIT):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except ConnectionError:
                return
            writer.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_tells_its_address_serves_and_ends_cleanly_on_a_signal(number):
    async with gateway(REST_PORT="0") as process:
        url = await read_address(process)
        async with aiohttp.ClientSession(url) as client, client.get("/healthz") as response:
            assert response.status == 200
        process.send_signal(number)
        code, _, err = await ended(process)
    assert code == 0
    assert "Traceback" not in err


async def test_a_request_that_runs_is_finished_before_it_ends(service, fake):
    fake.add_invoice(pb.Invoice(invoice_number="RE-1"), CONTENT)
    fake.holds["pieces"] = hold = Hold()
    async with gateway(REST_PORT="0", GRPC_TARGET=fake.target) as process:
        url = await read_address(process)
        async with (
            aiohttp.ClientSession(url) as client,
            client.get(link_of(service)) as response,
        ):
            await asyncio.wait_for(hold.entered.wait(), WAIT)
            process.terminate()
            await refuses_connections(url)
            hold.released.set()
            assert await response.read() == CONTENT
        assert (await ended(process))[0] == 0


async def test_a_taken_port_is_told_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with gateway(REST_PORT=port) as process:
            code, out, err = await ended(process)
    assert (code, out) == (1, "")
    assert f"127.0.0.1 port {port}: " in err
    assert "INVOICEJOBS_REST_PORT" in err
    assert "Traceback" not in err


async def test_every_wrong_variable_is_told_in_a_sentence():
    async with gateway(REST_PORT="http", REQUEST_TIMEOUT="0") as process:
        code, out, err = await ended(process)
    assert (code, out) == (2, "")
    first, second = err.splitlines()
    assert first.startswith("INVOICEJOBS_REST_PORT is 'http'; allowed: ")
    assert second.startswith("INVOICEJOBS_REQUEST_TIMEOUT is '0'; allowed: ")


async def test_it_does_not_start_where_strangers_could_reach_it():
    async with gateway(REST_HOST="0.0.0.0") as process:
        code, _, err = await ended(process)
    assert code == 2
    assert err.startswith("INVOICEJOBS_REST_HOST is '0.0.0.0', which other machines can reach")


async def test_help_lists_every_variable():
    from gateway.config import VARIABLES

    async with gateway("--help") as process:
        code, out, _ = await ended(process)
    assert code == 0
    assert all(f"  {variable.name}\n" in out for variable in VARIABLES)


@pytest.mark.parametrize(
    ("told", "proxies"), [(True, ""), (False, "127.0.0.1")], ids=["none named", "named"]
)
async def test_a_proxy_on_this_machine_that_nobody_named_is_told_at_the_start(told, proxies):
    url = "https://shop.example/api"
    async with gateway(REST_PORT="0", PUBLIC_URL=url, TRUSTED_PROXIES=proxies) as process:
        assert process.stdout
        await process.stdout.readline()
        process.terminate()
        _, _, err = await ended(process)
    assert ("INVOICEJOBS_TRUSTED_PROXIES names none" in err) is told
