"""Knows the call that is being answered: its task, and what is to be done at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any


class _Answering:
    """A call while it is answered."""

    __slots__ = ("acts", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.acts: list[Callable[[], object]] = []

    def end(self, _task: asyncio.Task[Any]) -> None:
        """Does what is to be done at its end."""
        # The task's context has this, and this has the task: they are to go at once.
        acts = self.acts
        del self.acts, self.task
        for act in acts:
            act()


_ANSWERING: ContextVar[_Answering] = ContextVar("answering")


def _answering() -> _Answering:
    try:
        return _ANSWERING.get()
    except LookupError:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - every call has one
        answering = _Answering(task)
        _ANSWERING.set(answering)
        task.add_done_callback(answering.end)
        return answering


def when_ended(act: Callable[[], object]) -> None:
    """Does something when the call that is being answered has ended, its answer included.

    The context can be asked for that, too, but is then tied to itself: what belongs to the call
    would stay until the garbage collector finds it, which takes longer than to answer some calls.
    The event loop is asked once for each call, for it takes as long to come back as some acts.
    """
    _answering().acts.append(act)


def task_of_call() -> asyncio.Task[Any]:
    """Gives the task that answers the call, to the end of its answer."""
    return _answering().task
