"""What the doors do when far more is asked of them than they can, and how soon they are well again.

First as much as they can do is asked, then several times as much, then what they did with ease
before. Prints how fast answers and refusals came, and the most memory that was held.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.doors.http_load import Outcome, quantile
from benchmarks.doors.pairs import Pair, our_pair
from benchmarks.machine import machine

#: Asks with so many clients, for so many seconds, at so many requests a second (0: as they can).
Ask = Callable[[int, float, float], Outcome]

DONE = {"200", "201", "OK"}
MEBIBYTE = 1024 * 1024
#: Milliseconds in which nearly all is answered where all is well.
WELL = 500
#: Seconds of one look at whether all is well again.
LOOK = 0.5


@contextmanager
def highest_memory(pair: Pair) -> Iterator[list[int]]:
    """Keeps the most bytes that gateway and server held while the block lasts."""
    most = [0, 0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            most[:] = map(max, most, pair.memory())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def row(what: str, outcome: Outcome, memory: list[int]) -> str:
    """Writes a line of the table."""
    done = [one for status in DONE for one in outcome.latencies.get(status, [])]
    refused = {status: each for status, each in outcome.latencies.items() if status not in DONE}
    refusals = [one for each in refused.values() for one in each]
    names = ", ".join(f"{len(each)} {status}" for status, each in refused.items())
    gateway, server = (size / MEBIBYTE for size in memory)
    return (
        f"| {what} | {len(done) / outcome.seconds:,.0f} | {_times(done)} | "
        f"{len(refusals) / outcome.seconds:,.0f} | {_times(refusals)} | "
        f"{gateway:.0f} + {server:.0f} | {names} |"
    )


def _times(latencies: list[float]) -> str:
    if not latencies:
        return "| "
    return f"{quantile(latencies, 0.5):.0f} | {quantile(latencies, 0.99):.0f}"


def overload(pair: Pair, ask: Ask, door: str, times: float, seconds: float) -> None:
    """Asks more and more, and looks how the pair is afterwards."""
    with highest_memory(pair) as memory:
        capacity = ask(32, seconds, 0)
    print(row(f"{door}, 32 clients", capacity, memory), flush=True)
    rate = capacity.count / capacity.seconds
    with highest_memory(pair) as memory:
        flood = ask(2000, seconds, times * rate)
    print(row(f"{door}, 2,000 clients, {times:g} times that", flood, memory), flush=True)
    over = time.perf_counter()
    while True:
        with highest_memory(pair) as memory:
            after = ask(8, LOOK, rate / 4)
        latencies = [one for each in after.latencies.values() for one in each]
        if set(after.latencies) <= DONE and quantile(latencies, 0.99) < WELL:
            break
    since = time.perf_counter() - over
    print(row(f"{door}, a quarter of it, {since:.1f} s later", after, memory), flush=True)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each line")
    parser.add_argument("--times", type=float, default=4.0, help="the capacity that are asked for")
    given = parser.parse_args()
    print(machine())
    print("| asked | answers/s | p50 ms | p99 ms | refusals/s | p50 ms | p99 ms | MiB | refused |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    with our_pair(idle=False) as pair:
        pair.rest(8, 1)
        overload(
            pair, lambda c, s, rate: pair.rest(c, s, rate=rate), "REST", given.times, given.seconds
        )
        overload(
            pair, lambda c, s, rate: pair.rpc(c, s, rate=rate), "gRPC", given.times, given.seconds
        )


if __name__ == "__main__":
    main()
