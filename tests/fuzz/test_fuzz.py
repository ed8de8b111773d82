"""A short fuzzing in each mode, and whether the harness can tell; `make fuzz` is the long one."""

from __future__ import annotations

import os
import subprocess
import sys
from random import Random

import pytest
from invoicejobs.v1 import tenant_settings_pb2

from tests.fuzz.__main__ import AUTHS
from tests.fuzz.known import Known
from tests.fuzz.messages import change, fill, to_bytes
from tests.fuzz.plant import Plant
from tests.fuzz.rounds import KINDS, run
from tests.fuzz.tally import Tally
from tests.fuzz.watch import FEWEST_LOOKS, Watch

INPUTS = int(os.environ.get("INVOICEJOBS_FUZZED_INPUTS", "500"))
#: The same each time: a test that fails tells of the change that made it.
SEED = 6


@pytest.mark.timeout(0 if INPUTS > 1000 else 300)
@pytest.mark.parametrize("auth", AUTHS)
def test_whatever_is_sent_to_either_door_nothing_breaks(auth, tmp_path):
    tallies, _ = run(Plant(tmp_path, auth), [1], SEED, list(KINDS), INPUTS)
    assert [finding for tally in tallies.values() for finding in tally.found] == []
    for kind in KINDS:
        assert tallies[kind].inputs > 0, kind
    # Inputs get beyond the doors: the harness would see nothing if all were refused there.
    assert tallies["calls"].outcomes["OK"] > 0
    assert tallies["tunnels"].outcomes["OK"] > 0
    assert tallies["orders"].outcomes["SUCCESS"] > 0
    assert tallies["moods"].outcomes["OK"] > 0


def test_the_same_seed_makes_the_same_messages():
    def made(seed):
        chance = Random(seed)
        message = tenant_settings_pb2.UpdateTenantSettingsRequest()
        fill(message, Known(), chance)
        for _ in range(50):
            change(message, Known(), chance)
        return to_bytes(message, chance)

    assert made(1) == made(1)
    assert made(1) != made(2)


@pytest.fixture
def process():
    running = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    yield running
    running.communicate()


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ('{"event": "GET / 200", "level": "info"}', 0),
        ('{"event": "unexpected", "level": "error"}', 1),
        ('{"event": "away", "level": "warning", "exception": "OSError"}', 1),
        ("Traceback (most recent call last):", 1),
        ("gateway listening on http://127.0.0.1:1", 0),
    ],
)
def test_what_the_log_tells_is_seen_once(process, tmp_path, line, problems):
    log = tmp_path / "log.txt"
    log.write_text(f"{line}\n")
    watch = Watch({"server": process}, log)
    assert len(list(watch.look())) == problems
    assert list(watch.look()) == []


def test_a_process_that_ends_is_seen(process, tmp_path):
    (tmp_path / "log.txt").touch()
    watch = Watch({"server": process}, tmp_path / "log.txt")
    process.kill()
    process.wait()
    assert list(watch.look()) == ["the server ended with -9"]


@pytest.mark.parametrize(("grown", "seen"), [(10.0, False), (200.0, True)])
def test_a_process_that_grows_in_the_second_half_is_seen(process, tmp_path, grown, seen):
    (tmp_path / "log.txt").touch()
    watch = Watch({"server": process}, tmp_path / "log.txt")
    half = FEWEST_LOOKS // 2
    # The first half may fill caches.
    watch._memory["server"] = [
        *(float(look * 30) for look in range(half)),
        *(300.0 + grown * look / half for look in range(2 * half)),
    ]
    assert bool(list(watch.growth())) is seen


def test_tallies_add_up():
    one, other = Tally(), Tally()
    one.answered("OK", 1.0)
    other.answered("OK", 3.0)
    other.find(0, "something", b"sent")
    one.add(other)
    assert (one.inputs, one.outcomes["OK"], one.slowest, len(one.found)) == (2, 2, 3.0, 1)
    assert "b'sent'" in str(one.found[0])
