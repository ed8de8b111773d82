"""Asks a gRPC service as fast as it answers, over one connection, from a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass

import grpc

from benchmarks.doors.http_load import Outcome


@dataclass
class Load:
    """What to ask: methods and messages (in hex) in turn, by so many at once, for so long."""

    target: str
    calls: list[tuple[str, str]]
    clients: int
    seconds: float
    #: Calls a second of all clients together; 0: each as soon as it has its answer.
    rate: float = 0.0


async def ask(load: Load) -> Outcome:
    """Asks for so long, and gives what came back."""
    outcome = Outcome(0, {})
    period = load.clients / load.rate if load.rate else 0.0
    calls = [(method, bytes.fromhex(message)) for method, message in load.calls]
    async with grpc.aio.insecure_channel(load.target) as channel:
        stubs: dict[str, grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]] = {
            method: channel.unary_unary(method) for method, _ in calls
        }
        await channel.channel_ready()
        start = time.perf_counter()

        async def client(number: int) -> None:
            turn = number
            # Evenly from the first on: all at once would be another question.
            await asyncio.sleep(period * number / load.clients)
            while time.perf_counter() < start + load.seconds:
                method, message = calls[turn % len(calls)]
                turn += 1
                sent = time.perf_counter()
                try:
                    await stubs[method](message)
                    name = "OK"
                except grpc.aio.AioRpcError as error:
                    name = error.code().name
                now = time.perf_counter()
                outcome.note(name, now - sent)
                if sent + period > now:
                    await asyncio.sleep(sent + period - now)

        await asyncio.gather(*(client(number) for number in range(load.clients)))
        outcome.seconds = time.perf_counter() - start
    return outcome


def main() -> None:
    """Reads a Load from stdin and writes its Outcome to stdout, both as JSON."""
    load = Load(**json.load(sys.stdin))
    json.dump(asdict(asyncio.run(ask(load))), sys.stdout)


if __name__ == "__main__":
    main()
