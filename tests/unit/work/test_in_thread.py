"""Blocking work beside an event loop, and those who wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from server.work.threads import in_thread


class Work:
    """Work that goes on until it is released."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.released = threading.Event()
        self.is_done = False
        self._loop = asyncio.get_running_loop()

    def __call__(self) -> str:
        self._loop.call_soon_threadsafe(self.entered.set)
        assert self.released.wait(60)
        self.is_done = True
        return "done"


async def test_what_work_gives_and_raises_is_told() -> None:
    def fail() -> None:
        raise ValueError("It failed.")

    (work := Work()).released.set()
    assert await in_thread(work) == "done"
    with pytest.raises(ValueError, match="It failed"):
        await in_thread(fail)


async def test_who_is_cancelled_waits_for_the_end_of_what_was_begun() -> None:
    work = Work()
    waiting = asyncio.ensure_future(in_thread(work))
    await work.entered.wait()
    waiting.cancel()
    asyncio.get_running_loop().call_later(0.05, work.released.set)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert work.is_done


async def test_who_is_cancelled_again_does_not_wait() -> None:
    work = Work()
    waiting = asyncio.ensure_future(in_thread(work))
    await work.entered.wait()
    waiting.cancel()
    await _turns(lambda: not waiting.done())
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not work.is_done
    work.released.set()


async def _turns(holds: Callable[[], bool]) -> None:
    """Lets the event loop turn some times, in which something goes on to hold."""
    for _ in range(10):
        await asyncio.sleep(0)
        assert holds()
