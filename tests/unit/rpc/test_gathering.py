"""What is asked for while something is being done is done together, and answered each by itself."""

import asyncio
import gc
import threading
import weakref
from contextvars import ContextVar

import pytest

from server.rpc.gathering import Gathering

PATIENCE = 60
ASKING = ContextVar("asking", default="nobody")


class Disk:
    """Takes groups of texts; the first one waits until it is let go."""

    def __init__(self):
        self.groups = []
        self.askers = set()
        self.begun = threading.Event()
        self.free = threading.Event()
        #: What was begun on the event loop; None: nothing can be.
        self.begins = None

    def begin(self, group):
        if self.begins is None:
            return None
        begun = Begun(self, group)
        self.begins.append(begun)
        return begun

    def write(self, group):
        self.groups.append(list(group))
        self.askers.add(ASKING.get())
        self.begun.set()
        assert self.free.wait(PATIENCE)
        return [ValueError(each) if each.startswith("bad") else each.upper() for each in group]


class Begun:
    """Texts that were begun; like the disk, it waits until that is let go."""

    def __init__(self, disk, group):
        self.disk = disk
        self.group = group
        self.thread = threading.current_thread()
        self.abandoned = False

    def commit(self):
        return self.disk.write(self.group)

    def abandon(self):
        self.abandoned = True


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def pause():
    return 0.0


@pytest.fixture
async def gathering(disk, pause):
    weigh = {"heavy": 5}
    gathering = Gathering(
        disk.begin, disk.write, lambda each: weigh.get(each, 1), 4, lambda _: pause
    )
    yield gathering
    disk.free.set()
    gathering.close()


async def ask(gathering, disk, *texts):
    """Asks for the first text, and for the others while that is being done."""
    ASKING.set("somebody")
    asked = [asyncio.ensure_future(gathering.run(texts[0]))]
    assert await asyncio.to_thread(disk.begun.wait, PATIENCE)
    asked += [asyncio.ensure_future(gathering.run(text)) for text in texts[1:]]
    await asyncio.sleep(0)  # they begin to wait
    return asked


async def test_those_that_wait_go_together_in_the_order_they_came(gathering, disk):
    asked = await ask(gathering, disk, "a", "b", "c", "d")
    disk.free.set()
    assert await asyncio.gather(*asked) == ["A", "B", "C", "D"]
    assert disk.groups == [["a"], ["b", "c", "d"]]


async def test_no_more_go_together_than_may_and_what_is_too_heavy_goes_alone(gathering, disk):
    asked = await ask(gathering, disk, "a", "b", "c", "d", "e", "f", "heavy", "g")
    disk.free.set()
    await asyncio.gather(*asked)
    assert disk.groups == [["a"], ["b", "c", "d", "e"], ["f"], ["heavy"], ["g"]]


@pytest.mark.parametrize("pause", [1.0])
async def test_where_others_wait_those_that_come_during_the_pause_go_with_them(gathering, disk):
    first, *others = await ask(gathering, disk, "a", "b")
    disk.free.set()
    assert await first == "A"
    for text in "cd":
        others.append(asyncio.ensure_future(gathering.run(text)))
        for _ in range(3):  # turns of the loop: what does not wait would have begun by now
            await asyncio.sleep(0)
    assert await asyncio.gather(*others) == ["B", "C", "D"]
    assert disk.groups == [["a"], ["b", "c", "d"]]


@pytest.mark.parametrize("pause", [10.0 * PATIENCE])
async def test_one_who_asks_alone_never_waits_for_the_pause(gathering, disk):
    disk.free.set()
    async with asyncio.timeout(PATIENCE):
        assert [await gathering.run(text) for text in "abc"] == ["A", "B", "C"]


async def test_one_that_fails_fails_alone(gathering, disk):
    asked = await ask(gathering, disk, "a", "b", "bad", "c")
    disk.free.set()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["A", "B", "bad", "C"]
    assert isinstance(outcomes[2], ValueError)


async def test_what_fails_them_all_is_told_to_all_and_the_next_go_on():
    groups = []

    def fail_first(group):
        groups.append(group)
        if len(groups) == 1:
            raise OSError("no disk")
        return group

    gathering = Gathering(lambda _: None, fail_first, lambda _: 1, 4, lambda _: 0)
    with pytest.raises(OSError, match="no disk"):
        await gathering.run("a")
    assert await gathering.run("b") == "b"
    gathering.close()


async def test_one_who_leaves_while_waiting_is_dropped_and_does_the_others_no_harm(gathering, disk):
    running, leaving, staying = await ask(gathering, disk, "a", "b", "c")
    leaving.cancel()
    running.cancel()  # what has begun is finished all the same
    await asyncio.sleep(0)
    disk.free.set()
    assert await staying == "C"
    assert disk.groups == [["a"], ["c"]]


async def test_what_one_who_left_asked_for_is_not_kept(gathering, disk):
    class Message(str):
        """Is large, and tells when it is gone."""

        __slots__ = ("__weakref__",)

    message = Message("b")
    kept = weakref.ref(message)
    running, leaving = await ask(gathering, disk, "a", message)
    del message
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    del leaving
    await asyncio.sleep(0)  # the loop lets go of it
    gc.collect()
    assert kept() is None
    disk.free.set()
    assert await running == "A"


async def test_nobody_waits_for_what_was_closed(gathering, disk):
    running, waiting = await ask(gathering, disk, "a", "b")
    gathering.close()
    disk.free.set()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(asyncio.CancelledError):
            await gathering.run("c")
        assert await running == "A"
    assert disk.groups == [["a"]]


async def test_it_acts_in_the_context_of_none_of_those_who_asked(gathering, disk):
    asked = await ask(gathering, disk, "a", "b")
    disk.free.set()
    await asyncio.gather(*asked)
    assert disk.askers == {"nobody"}


async def test_what_can_be_begun_is_begun_on_the_loop_and_only_committed_on_the_thread(
    gathering, disk
):
    disk.begins = []
    asked = await ask(gathering, disk, "a", "b", "bad", "c")
    disk.free.set()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["A", "B", "bad", "C"]
    assert [begun.group for begun in disk.begins] == disk.groups == [["a"], ["b", "bad", "c"]]
    assert {begun.thread for begun in disk.begins} == {threading.current_thread()}
    assert not any(begun.abandoned for begun in disk.begins)


async def test_what_was_begun_is_undone_when_nobody_will_commit_it(gathering, disk):
    disk.begins = []
    disk.free.set()
    assert await gathering.run("a") == "A"
    gathering.close()
    with pytest.raises(asyncio.CancelledError):
        await gathering.run("b")
    assert [begun.abandoned for begun in disk.begins] == [False, True]
    assert disk.groups == [["a"]]
