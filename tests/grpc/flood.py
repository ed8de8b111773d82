"""Asks a gRPC service for one job very often at once, and asks for its health meanwhile.

`python -m tests.grpc.flood PORT CALLS`: prints as JSON the calls by what became of them with the
longest seconds each took, what the refused ones were told, and the longest a health check took.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, defaultdict
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from invoicejobs.v1 import invoice_jobs_pb2, invoice_jobs_pb2_grpc

#: Seconds that a call may take.
PATIENCE = 60
#: What each call says.
FLOOD = (("x-request-id", "flood"),)


async def flood(port: int, calls: int) -> dict[str, Any]:
    """Asks, and gives what came of it."""
    counts: Counter[str] = Counter()
    slowest: defaultdict[str, float] = defaultdict(float)
    told: set[str] = set()
    ids: set[str] = set()
    target = f"127.0.0.1:{port}"
    async with grpc.aio.insecure_channel(target) as many, grpc.aio.insecure_channel(target) as one:
        await asyncio.gather(many.channel_ready(), one.channel_ready())
        jobs: Any = invoice_jobs_pb2_grpc.InvoiceJobsStub(many)
        request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="x")

        async def ask() -> None:
            begun = time.monotonic()
            try:
                await jobs.GetInvoiceJob(request, timeout=PATIENCE, metadata=FLOOD)
                code = "OK"
            except grpc.aio.AioRpcError as error:
                code = error.code().name
                told.add(error.details() or "")
                ids.update(str(v) for k, v in error.trailing_metadata() if k == "x-request-id")
            counts[code] += 1
            slowest[code] = max(slowest[code], time.monotonic() - begun)

        health: Any = health_pb2_grpc.HealthStub(one)
        asked = asyncio.gather(*(ask() for _ in range(calls)))
        slowest_check = 0.0
        while not asked.done():
            begun = time.monotonic()
            answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
            slowest_check = max(slowest_check, time.monotonic() - begun)
            await asyncio.sleep(0.01)
        await asked
    return {
        "counts": counts,
        "slowest": slowest,
        "told": sorted(told),
        "request_ids": sorted(ids),
        "check": slowest_check,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(flood(*map(int, sys.argv[1:]))), sys.stdout)
