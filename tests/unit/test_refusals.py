"""What is refused is told in one line a second, however much it is."""

import logging

from process.refusals import Refusals


def test_refusals_are_told_together_once_a_second(caplog):
    now = [100.0]
    refusals = Refusals(logging.getLogger("refusals"), lambda: now[0])
    refusals.add("Get")
    for _ in range(500):
        refusals.add("Get")
    refusals.add("List")
    assert caplog.messages == ["refused for now: 1 Get"]
    now[0] += 2
    refusals.add("Get")
    assert caplog.messages[1:] == ["refused for now in 2 s: 501 Get, 1 List"]
