"""Tortures the service on both engines and prints a table: `make torture ROUNDS=200 SEED=7`.

Each engine runs in a process of its own, within a mount namespace where one can be had, so that
disks can be full without anybody else's noticing; and on a PostgreSQL of its own, whose crashes
are nobody else's either.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.journeys.service import ROOT
from tests.postgres import shared_server
from tests.torture.disk import namespace
from tests.torture.table import table

ENGINES = ("sqlite", "postgresql")


def torture(engine: str, folder: Path, rounds: int, seed: int, *more: str) -> dict[str, Any]:
    """Runs rounds on an engine and gives the tallies by kind. Raises AssertionError when it broke.

    What the rounds print goes to our own output.
    """
    with ExitStack() as stack:
        prefix = namespace()
        arguments = [str(folder), engine, "--rounds", str(rounds), "--seed", str(seed), *more]
        if prefix is not None:
            arguments.append("--disks")
        if engine == "postgresql":
            home = folder / "postgres"
            home.mkdir()
            server = stack.enter_context(shared_server(home))
            server.run("CREATE DATABASE torture")
            arguments += ["--postgres", str(server.folder)]
        command = [*(prefix or ()), sys.executable, "-m", "tests.torture.rounds", *arguments]
        sys.stdout.write(f"{engine}: seed {seed}, disks {'harmed' if prefix else 'spared'}\n")
        sys.stdout.flush()
        running = stack.enter_context(
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        )
        last = ""
        for line in running.stdout or ():
            last = line
            if not line.startswith("{"):
                sys.stdout.write(line)
                sys.stdout.flush()
    if not last.startswith("{"):
        raise AssertionError(f"The rounds on {engine} with seed {seed} broke off: {last}")
    tallies: dict[str, Any] = json.loads(last)["kinds"]
    return tallies


def main() -> None:
    """Reads the arguments; ends with 1 when something was found."""
    parser = ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--rounds", type=int, default=200, help="rounds on each engine")
    parser.add_argument("--seed", type=int, default=None, help="to repeat a run")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--kinds", default="", help="only kinds of harm with this in their name")
    asked = parser.parse_args()
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    tallies = {}
    for engine in asked.engine or ENGINES:
        with tempfile.TemporaryDirectory(prefix="invoicejobs-torture-") as folder:
            tallies[engine] = torture(
                engine, Path(folder), asked.rounds, seed, "--kinds", asked.kinds
            )
    sys.stdout.write(f"\nseed {seed}\n{table(tallies)}")
    sys.exit(any(tally["found"] for kinds in tallies.values() for tally in kinds.values()))


if __name__ == "__main__":
    main()
