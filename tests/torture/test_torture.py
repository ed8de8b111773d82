"""A short torture on each engine; `make torture` is the long one."""

from __future__ import annotations

import os

import pytest

from tests.torture.__main__ import ENGINES, torture

ROUNDS = int(os.environ.get("INVOICEJOBS_TORTURE_ROUNDS", "4"))
#: Whom the first rounds hit; the same each time.
SEEDS = {"sqlite": 10, "postgresql": 2198}
#: A machine of tests may be so busy that even a take-over takes long: `make torture` is strict.
SLOW = 60


@pytest.mark.timeout(0 if ROUNDS > 10 else 600)
@pytest.mark.parametrize("engine", ENGINES)
def test_whatever_is_killed_whenever_nothing_is_lost_or_doubled_or_skipped(engine, tmp_path):
    tallies = torture(
        engine, tmp_path, ROUNDS, SEEDS[engine], "--orders", "100", "--slow", str(SLOW)
    )
    assert {kind: tally["found"] for kind, tally in tallies.items() if tally["found"]} == {}
    assert sum(tally["rounds"] for tally in tallies.values()) == ROUNDS
    assert sum(tally["blows"] for tally in tallies.values()) > 0, "no job was hit"
