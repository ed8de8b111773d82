"""What a process has loaded when it is ready is not looked through for garbage again and again."""

import gc
import subprocess
import sys

import pytest

import gateway.__main__
from server.wiring.drawing import NEW_OBJECTS, get_ready_to_draw
from server.work.lone_process import LoneProcess

#: Python's own is 700.
RARELY = 10_000

SPARED = """
import gc
from process.collecting import spare_what_is_loaded

class Part:
    pass

def cycle():
    part = Part()
    part.itself = part

stays = Part()
spare_what_is_loaded({young})
print(any(found is stays for found in gc.get_objects()))
for _ in range({young} * 2):
    cycle()
print(sum(isinstance(found, Part) for found in gc.get_objects()) <= {young})
print(gc.get_threshold()[0])
"""


@pytest.mark.parametrize("young", [NEW_OBJECTS, gateway.__main__.NEW_OBJECTS])
def test_what_stays_is_spared_and_what_is_left_over_later_is_still_freed(young):
    command = [sys.executable, "-c", SPARED.format(young=young)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", str(young)]
    assert young >= RARELY


def test_a_process_that_draws_is_spared_as_soon_as_it_is_ready():
    process = LoneProcess(get_ready_to_draw)
    try:
        assert process.run(gc.get_threshold)[0] == NEW_OBJECTS
        assert process.run(gc.get_freeze_count) > RARELY
    finally:
        process.close()
