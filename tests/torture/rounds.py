"""Rounds of harm on one engine: a job each, struck at random moments, then looked at.

    python -m tests.torture.rounds FOLDER ENGINE --rounds 30 --seed 7 [--postgres FOLDER] [--disks]

Run it by `python -m tests.torture`, which gives it a PostgreSQL and disks. Prints a line for each
round, and at the end one of JSON, which `tests.torture.table` makes a table of.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import grpc
from invoicejobs.v1 import invoice_jobs_pb2

from tests.journeys.service import small_orders
from tests.postgres import PostgresServer
from tests.torture.blows import POSTGRESQL, POSTGRESQL_DISKS, SQLITE, SQLITE_DISKS, Blow
from tests.torture.checks import Checks
from tests.torture.plant import LOOK, Plant

T = TypeVar("T")

TENANT = "acme"
#: How often a job is struck.
BLOWS = (1, 3)
#: Seconds within which a job is DONE once nobody harms it any more; the machine may be busy.
DONE = 180.0
#: Rounds between two looks of `verify`, which takes longer with each round.
VERIFY_EVERY = 25
#: Seconds between the moment that was waited for and the blow, so that any moment is hit.
JITTER = 0.05


@dataclass
class Tally:
    """What came of all rounds with one kind of blow."""

    rounds: int = 0
    blows: int = 0
    take_overs: list[float] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


class Rounds:
    """Strikes a plant again and again; each kind of blow as often as the others."""

    def __init__(
        self, plant: Plant, kinds: dict[str, Blow], seed: int, *, orders: int, slow: float
    ) -> None:
        """Takes how many orders a job has, and the seconds that a take-over may last."""
        self._plant = plant
        self._kinds = kinds
        self._seed = seed
        self._orders = orders
        self._slow = slow
        self._checks = Checks(plant, TENANT)
        self.tallies = {kind: Tally() for kind in kinds}

    def run(self, rounds: int) -> None:
        """Strikes and looks that many times."""
        self._plant.service.save_settings(TENANT)
        for number, kind in zip(range(1, rounds + 1), self._order_of_kinds(), strict=False):
            begin = time.monotonic()
            tally = self.tallies[kind]
            before = len(tally.take_overs), tally.blows, len(tally.found)
            self._round(number, kind, tally)
            if number % VERIFY_EVERY == 0 or number == rounds:
                tally.found += self._checks.verified()
            found = tally.found[before[2] :]
            taken = " ".join(f"{seconds:.1f}" for seconds in tally.take_overs[before[0] :])
            sys.stdout.write(
                f"round {number} of {rounds}: {kind} x{tally.blows - before[1]}, "
                f"{time.monotonic() - begin:.1f} s, take-over {taken or '-'}, "
                f"found {len(found)}\n"
            )
            for what in found:
                sys.stdout.write(f"    FOUND: {what}\n")
            sys.stdout.flush()

    def end(self) -> None:
        """Ends all processes in order, starts them once more and looks for what they left."""
        found = []
        codes = self._plant.close()
        if set(codes) != {0}:
            found.append(f"the processes ended with {codes} at the end")
        found += self._checks.left_aside(all_processes_ended=True)
        self._plant.start()
        found += self._checks.left_aside(all_processes_ended=False)
        next(reversed(self.tallies.values())).found.extend(found)
        for what in found:
            sys.stdout.write(f"    FOUND: {what}\n")

    def _order_of_kinds(self) -> Iterator[str]:
        chance = random.Random(self._seed)
        while True:
            yield from chance.sample(sorted(self._kinds), len(self._kinds))

    def _round(self, number: int, kind: str, tally: Tally) -> None:
        chance = random.Random(f"{self._seed} {number}")
        order_ids = [f"order-{number}-{n}" for n in range(self._orders)]
        service = self._plant.service
        patiently(lambda: service.import_orders(TENANT, small_orders(order_ids)))
        request_id = f"round-{number}"
        job_id = patiently(lambda: service.create_job(TENANT, order_ids, request_id))
        tally.rounds += 1
        # The last orders are left to the end, so that there is something to take over.
        count = chance.randint(*BLOWS)
        for moment in sorted(chance.uniform(0, 0.7) for _ in range(count)):
            self._await_moment(job_id, moment)
            time.sleep(chance.uniform(0, JITTER))
            in_work = not self._is_done(job_id)
            struck = self._kinds[kind](self._plant, chance)
            tally.blows += struck.hit and in_work
            if struck.found:
                tally.found.append(f"{kind}: {struck.found}")
            if struck.take_over is not None:
                tally.take_overs.append(struck.take_over)
                if struck.take_over > self._slow:
                    tally.found.append(f"the take-over lasted {struck.take_over:.1f} s")
            unasked = [code for code in self._plant.mend() if code not in _EXPECTED]
            if unasked:
                tally.found.append(f"a process ended by itself with {unasked}")
        if not self._plant.until(lambda: self._is_done(job_id), DONE):
            raise AssertionError(f"the job {job_id} is not DONE:\n{service.log()[-6000:]}")
        tally.found += self._checks.after_round(job_id, order_ids)
        tally.found += self._checks.left_aside(all_processes_ended=False)

    def _await_moment(self, job_id: str, share: float) -> None:
        done = "SELECT success_count + failure_count FROM jobs WHERE job_id = ?"
        wanted = int(share * self._orders)
        assert self._plant.until(lambda: self._plant.ask(done, job_id)[0][0] >= wanted, DONE), (
            self._plant.service.log()[-6000:]
        )

    def _is_done(self, job_id: str) -> bool:
        job = patiently(lambda: self._plant.service.job(TENANT, job_id))
        return job.job_status == invoice_jobs_pb2.JOB_STATUS_DONE


def patiently(call: Callable[[], T]) -> T:
    """Calls the service until it answers: it says so itself when it cannot do so just now."""
    end = time.monotonic() + DONE
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE or time.monotonic() > end:
                raise
        time.sleep(LOOK)


#: Killed, asked to end (in time or before anybody listened for it), or ended in order.
_EXPECTED = {0, -9, -15}


def main() -> None:
    """Reads the arguments, runs the rounds and prints what came of them."""
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("engine", choices=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--slow", type=float, default=10.0)
    parser.add_argument("--postgres", type=Path)
    parser.add_argument("--disks", action="store_true")
    parser.add_argument("--kinds", default="", help="only those whose name contains this")
    asked = parser.parse_args()
    if asked.postgres:
        kinds = POSTGRESQL | (POSTGRESQL_DISKS if asked.disks else {})
    else:
        kinds = SQLITE | (SQLITE_DISKS if asked.disks else {})
    kinds = {kind: blow for kind, blow in kinds.items() if asked.kinds in kind}
    postgres = PostgresServer(asked.postgres) if asked.postgres else None
    # Otherwise the processes of the plant would stay when we are asked to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    plant = Plant(asked.folder, postgres, disks=asked.disks)
    try:
        plant.start()
        rounds = Rounds(plant, kinds, asked.seed, orders=asked.orders, slow=asked.slow)
        rounds.run(asked.rounds)
        rounds.end()
    finally:
        plant.close()
        plant.close_ways()
    tallies = {kind: asdict(tally) for kind, tally in rounds.tallies.items()}
    sys.stdout.write(json.dumps({"engine": asked.engine, "kinds": tallies}) + "\n")
    if any(tally.found for tally in rounds.tallies.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
