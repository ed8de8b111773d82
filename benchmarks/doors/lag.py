"""How long a job of 10,000 orders keeps the event loops of both doors from everybody else.

`python -m benchmarks.doors.lag`. What is measured is the CPU time that a loop's thread spends
between two looks at a waiting task: other processes on the machine do not count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import grpc
from google.protobuf import json_format
from invoicejobs.v1.tenant_settings_pb2 import Settings, UpdateTenantSettingsRequest
from invoicejobs.v1.tenant_settings_pb2_grpc import TenantSettingsStub

from benchmarks.machine import machine
from gateway.config import read_config as read_gateway_config
from gateway.serving import running
from server.config import read_config
from server.rpc.serving import GrpcServer
from server.rpc.threads import Threads
from server.wiring.door import door_limits
from server.wiring.inside import open_service

ORDERS = 10_000
#: Seconds that nobody may be kept from a loop.
ALLOWED = 0.020
SETTINGS = Path(__file__).parents[2] / "examples/settings.json"
_JOBS = "/invoice/acme/jobs/invoices"


class Lag:
    """Looks again and again, and keeps the longest time in between, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Looks until it is cancelled."""
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.0005)
            now = time.thread_time()
            self.longest = max(self.longest, now - last)
            last = now

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Looks while the block lasts."""
        task = asyncio.ensure_future(self.watch())
        yield
        task.cancel()


@contextmanager
def server(folder: str, lag: Lag) -> Iterator[str]:
    """Runs the server in a thread of its own, with all it has; gives its target."""
    settings = {"DATA_DIR": folder, "LOG_LEVEL": "ERROR", "WORK_PROCESSES": "1"}
    config = read_config({f"INVOICEJOBS_{name}": value for name, value in settings.items()})
    loop = asyncio.new_event_loop()
    started = threading.Event()
    stop = asyncio.Event()
    ports: list[int] = []
    with (
        open_service(config) as service,
        Threads(config.grpc_threads) as threads,
    ):

        async def run() -> None:
            door = GrpcServer(
                service.use_cases, threads, limits=door_limits(config), embedded=service.embedded
            )
            service.start_work()
            ports.append(await door.start("127.0.0.1", 0))
            started.set()
            async with lag.watching():
                await stop.wait()
            await door.stop(1)

        thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
        thread.start()
        started.wait()
        try:
            yield f"127.0.0.1:{ports[0]}"
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            service.engine.stop(10)
            loop.close()


def save_settings(target: str) -> None:
    """Saves the settings without which no job is created."""
    settings = json_format.Parse(SETTINGS.read_text("utf-8"), Settings())
    with grpc.insecure_channel(target) as channel:
        TenantSettingsStub(channel).UpdateTenantSettings(
            UpdateTenantSettingsRequest(tenant="acme", settings=settings)
        )


async def measure(target: str, of_server: Lag, rounds: int) -> bool:
    """Creates and reads the job through a gateway; prints, and tells whether all is in time."""
    config = read_gateway_config({"INVOICEJOBS_REST_PORT": "0", "INVOICEJOBS_GRPC_TARGET": target})
    fine = True
    async with running(config) as url:
        ids = [f"order-{number:06}" for number in range(ORDERS)]
        body = json.dumps({"jobType": "MANUAL", "orderIds": ids})
        print("| what | gateway's loop, ms | server's loop, ms |\n| --- | --- | --- |")
        job_id = ""
        for what in (f"POST {ORDERS:,} orders", f"GET {ORDERS:,} orders"):
            longest = [0.0, 0.0]
            for _ in range(rounds):
                of_gateway, of_server.longest = Lag(), 0.0
                async with of_gateway.watching():
                    if what.startswith("POST"):
                        answer = json.loads(await _ask(url, "POST", _JOBS, body))
                        job_id = answer["jobId"]
                    else:
                        content = await _ask(url, "GET", f"{_JOBS}/{job_id}")
                        assert content.count(b'"orderId"') == ORDERS
                longest[0] = max(longest[0], of_gateway.longest)
                longest[1] = max(longest[1], of_server.longest)
            print(f"| {what} | {longest[0] * 1000:.1f} | {longest[1] * 1000:.1f} |", flush=True)
            fine = fine and max(longest) <= ALLOWED
    return fine


async def _ask(url: str, method: str, path: str, body: str = "") -> bytes:
    """Asks from a thread of its own: a client's work is not the gateway's."""
    return await asyncio.to_thread(lambda: asyncio.run(_asked(url, method, path, body)))


async def _asked(url: str, method: str, path: str, body: str) -> bytes:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(url, headers=headers) as client,
        client.request(method, path, data=body or None) as response,
    ):
        assert response.ok, await response.text()
        return await response.read()


def main() -> int:
    """Prints the table; 1 when somebody would have had to wait for too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    print(machine())
    lag = Lag()
    with tempfile.TemporaryDirectory() as folder, server(folder, lag) as target:
        save_settings(target)
        return 0 if asyncio.run(measure(target, lag, given.rounds)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
