"""How fast the doors are, beside the least that an aiohttp -> grpc.aio pair can be in the same run.

All pairs run at the same time and are asked in turn, so that whatever else the machine does falls
on all alike. The load comes from a process of its own on the same machine. Jobs are created for
real, durably, each of one order that does not exist: once with nobody to do them, so that the doors
are measured, and once with our own threads doing them beside.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.doors.http_load import Outcome, quantile
from benchmarks.doors.pairs import READS, Pair, bare_pair, our_pair
from benchmarks.machine import machine

#: Asks a pair with so many clients for so many seconds.
Ask = Callable[[Pair, int, float], Outcome]

#: Our doors, with a call of its own for each request.
NO_TUNNEL = "without a tunnel"

ASKED: dict[str, Ask] = {
    "REST, reads": lambda pair, clients, seconds: pair.rest(clients, seconds, posts=False),
    f"REST, 1 POST to {READS} GET": lambda pair, clients, seconds: pair.rest(clients, seconds),
    "gRPC, reads": lambda pair, clients, seconds: pair.rpc(clients, seconds, posts=False),
    f"gRPC, 1 create to {READS} get": lambda pair, clients, seconds: pair.rpc(clients, seconds),
}


@dataclass
class Row:
    """What a pair did in all rounds."""

    outcome: Outcome = field(default_factory=lambda: Outcome(0, {}))
    #: Seconds of CPU of gateway and server.
    cpu: tuple[float, float] = (0.0, 0.0)

    def measure(self, pair: Pair, ask: Ask, clients: int, seconds: float) -> None:
        """Asks a pair for a while."""
        before = pair.cpu()
        self.outcome.add(ask(pair, clients, seconds))
        after = pair.cpu()
        self.cpu = (
            self.cpu[0] + after[0] - before[0],
            self.cpu[1] + after[1] - before[1],
        )

    @property
    def rate(self) -> float:
        """Gives the answers a second."""
        return self.outcome.count / self.outcome.seconds

    def text(self, what: str, name: str, bare: Row) -> str:
        """Writes the line, beside what the bare pair does."""
        outcome, count = self.outcome, self.outcome.count
        latencies = [one for each in outcome.latencies.values() for one in each]
        answers = ", ".join(f"{len(each)} {status}" for status, each in outcome.latencies.items())
        gateway, server = (seconds / count * 1e6 for seconds in self.cpu)
        return (
            f"| {what} | {name} | {self.rate:,.0f} | {self.rate / bare.rate:.0%} | "
            f"{quantile(latencies, 0.5):.1f} | {quantile(latencies, 0.99):.1f} | "
            f"{gateway:.0f} + {server:.0f} | {answers} |"
        )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each line and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=32)
    given = parser.parse_args()
    print(machine())
    print(f"{given.clients} clients, {given.rounds} rounds of {given.seconds:g} s a line\n")
    print("| asked | of | calls/s | of bare | p50 ms | p99 ms | CPU µs a call | answers |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    with ExitStack() as stack:
        pairs = {
            "bare pair": stack.enter_context(bare_pair()),
            "our doors": stack.enter_context(our_pair(idle=True)),
            NO_TUNNEL: stack.enter_context(our_pair(idle=True, INVOICEJOBS_GRPC_TUNNEL="off")),
            "and the work": stack.enter_context(our_pair(idle=False)),
        }
        for pair in pairs.values():
            pair.rest(given.clients, 1.0)
        for what, ask in ASKED.items():
            # The gateway alone makes another of it.
            rows = {name: Row() for name in pairs if name != NO_TUNNEL or "REST" in what}
            for _ in range(given.rounds):
                for name, row in rows.items():
                    row.measure(pairs[name], ask, given.clients, given.seconds)
            for name, row in rows.items():
                print(row.text(what, name, rows["bare pair"]), flush=True)


if __name__ == "__main__":
    main()
