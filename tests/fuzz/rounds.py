"""Rounds of inputs against one service: each sends some of every kind and looks what it did.

Prints what is found at once; `tests.fuzz.table` makes a table of what is given back.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.calls import fuzz_calls
from tests.fuzz.moods import fuzz_moods
from tests.fuzz.orders import fuzz_orders
from tests.fuzz.plant import Plant
from tests.fuzz.requests import fuzz_requests
from tests.fuzz.tally import Tally
from tests.fuzz.tunnels import fuzz_tunnels
from tests.fuzz.wire import fuzz_wire

Fuzz = Callable[[Plant, Random, int, Tally], None]

#: Each kind, and its share of a round in hundredths.
KINDS: dict[str, tuple[Fuzz, int]] = {
    "calls": (fuzz_calls, 32),
    "tunnels": (fuzz_tunnels, 8),
    "requests": (fuzz_requests, 20),
    "orders": (fuzz_orders, 24),
    "wire": (fuzz_wire, 12),
    "moods": (fuzz_moods, 4),
}
#: Inputs of a round: small enough for many looks at the memory.
ROUND = 1000


def run(
    plant: Plant, rounds: Sequence[int], seed: int, kinds: Sequence[str], inputs: int
) -> tuple[dict[str, Tally], dict[str, tuple[float, float]]]:
    """Runs rounds against a plant, and gives the tally of each kind and the memory of each process.

    rounds are their numbers: one alone repeats what it did, whatever came before.
    """
    tallies = {kind: Tally() for kind in (*kinds, "service")}
    try:
        plant.start()
        for number in rounds:
            for kind in kinds:
                _part(plant, kind, Random(f"{seed} {number} {kind}"), inputs, tallies, number)
        for problem in plant.watch.growth():
            _tell(tallies["service"], "service", rounds[-1], problem)
    finally:
        for problem in plant.stop():
            _tell(tallies["service"], "service", rounds[-1], problem)
    return tallies, plant.watch.memory()


def _part(
    plant: Plant, kind: str, chance: Random, inputs: int, tallies: dict[str, Tally], round_: int
) -> None:
    fuzz, share = KINDS[kind]
    part = Tally()
    begin = time.monotonic()
    fuzz(plant, chance, max(1, inputs * share // 100), part)
    part.seconds = time.monotonic() - begin
    for problem in plant.watch.look():
        part.find(-1, problem)
    for finding in part.found:
        sys.stdout.write(f"    FOUND in round {round_}, {kind}: {finding}\n")
    sys.stdout.write(
        f"round {round_} {kind}: {part.inputs} inputs in {part.seconds:.1f} s, "
        f"found {len(part.found)}\n"
    )
    sys.stdout.flush()
    tallies[kind].add(part)


def _tell(tally: Tally, kind: str, round_: int, problem: str) -> None:
    tally.find(-1, problem)
    sys.stdout.write(f"    FOUND in round {round_}, {kind}: {problem}\n")
