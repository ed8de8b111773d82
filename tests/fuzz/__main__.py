"""Fuzzes the service at both doors and prints a table: `make fuzz INPUTS=50000 SEED=7`.

`--auth jwt --kind calls --round 12` repeats a part of a run by its seed; `--database postgresql`
starts a PostgreSQL for it.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fuzz.plant import Plant
from tests.fuzz.rounds import KINDS, ROUND, run
from tests.fuzz.table import table
from tests.postgres import shared_server

AUTHS = ("off", "jwt")
DATABASES = ("sqlite", "postgresql")


def main() -> None:
    """Reads the arguments; ends with 1 when something was found."""
    parser = ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=50_000, help="inputs in all")
    parser.add_argument("--seed", type=int, default=None, help="to repeat a run")
    parser.add_argument("--auth", choices=AUTHS, action="append")
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    parser.add_argument("--round", type=int, action="append", help="only this one, from 1")
    asked = parser.parse_args()
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    auths = asked.auth or AUTHS
    # Some operations cannot be asked in as many ways as is their share.
    count = -(-asked.inputs * 11 // 10 // (ROUND * len(auths)))
    rounds = asked.round or list(range(1, count + 1))
    tallies, memory = {}, {}
    for auth in auths:
        sys.stdout.write(
            f"INVOICEJOBS_AUTH={auth}, {asked.database}, seed {seed}, {len(rounds)} rounds\n"
        )
        with (
            tempfile.TemporaryDirectory(prefix="invoicejobs-fuzz-") as folder,
            _database(asked.database, Path(folder)) as url,
        ):
            plant, kinds = Plant(Path(folder), auth, url), asked.kind or list(KINDS)
            tallies[auth], memory[auth] = run(plant, rounds, seed, kinds, ROUND)
    sys.stdout.write(f"\nseed {seed}\n{table(tallies, memory)}")
    sys.exit(any(tally.found for kinds in tallies.values() for tally in kinds.values()))


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """Gives the URL of an empty database; none for the file that the server makes by itself."""
    if kind == "sqlite":
        yield ""
        return
    with shared_server(folder) as server, server.database("fuzz") as url:
        yield url


if __name__ == "__main__":
    main()
