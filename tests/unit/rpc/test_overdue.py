"""What takes too long is noticed, each at its own time."""

import asyncio

from server.rpc.overdue import Overdue


class Told:
    """What was told, and when."""

    def __init__(self, seconds):
        self.overdue = Overdue(seconds, self.tell)
        self.what = []
        self.at = []
        self._news = asyncio.Event()

    def tell(self, what):
        self.what.append(what)
        self.at.append(asyncio.get_running_loop().time())
        self._news.set()

    async def of(self, count):
        while len(self.what) < count:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 20)


async def test_what_does_not_end_is_told_of_once_and_in_its_turn():
    told = Told(0.05)
    begun = asyncio.get_running_loop().time()
    for what in "abc":
        told.overdue.begin(what)
    await told.of(3)
    assert told.what == ["a", "b", "c"]
    assert min(told.at) >= begun + 0.05


async def test_what_ended_is_not_told_of():
    told = Told(0.05)
    for what in "abc":
        told.overdue.begin(what)
    for what in "ac":
        told.overdue.end(what)
    await told.of(1)
    told.overdue.begin("d")
    await told.of(2)
    assert told.what == ["b", "d"]


async def test_what_begins_later_gets_as_long_as_what_began_before():
    told = Told(0.1)
    told.overdue.begin("first")
    told.overdue.end("first")
    await asyncio.sleep(0.06)  # its timer runs on: the time itself is what is looked at
    begun = asyncio.get_running_loop().time()
    told.overdue.begin("later")
    await told.of(1)
    assert told.what == ["later"]
    assert told.at[0] >= begun + 0.1


async def test_it_goes_on_noticing_after_all_have_ended():
    told = Told(0.02)
    told.overdue.begin("a")
    await told.of(1)
    told.overdue.end("a")
    told.overdue.begin("a")
    await told.of(2)
    assert told.what == ["a", "a"]
