"""Times the parts of a call without changing them: which functions take how much of it.

Functions are replaced, where their callers look them up, by ones that keep a stack of who runs.
So a part's time is its own: what it calls of the other parts counts as theirs. Each thread has a
stack of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from operator import attrgetter
from threading import local
from time import perf_counter
from typing import Any


class _Thread(local):
    """Who runs in a thread, the innermost last, and the seconds of each part there."""

    def __init__(self, threads: list[dict[str, float]]) -> None:
        self.running: list[str] = []
        self.since = 0.0
        self.seconds: dict[str, float] = {}
        threads.append(self.seconds)


class Stages:
    """Adds up seconds by part."""

    def __init__(self, parts: Mapping[str, str], rest: str) -> None:
        """Names the parts: "module:function" or "module:Class.function" to what it is called."""
        self._parts, self._rest = parts, rest
        #: The seconds of each part in each thread that called one.
        self._threads: list[dict[str, float]] = []
        self._thread = _Thread(self._threads)

    @property
    def seconds(self) -> dict[str, float]:
        """Gives the seconds of each part."""
        return self.seconds_beside()

    def seconds_beside(self, part: str = "") -> dict[str, float]:
        """Gives the seconds of each part in those threads that also did a certain one."""
        total = dict.fromkeys((*self._parts.values(), self._rest), 0.0)
        for thread in list(self._threads):
            if not part or part in thread:
                for name, seconds in list(thread.items()):
                    total[name] += seconds
        return total

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Replaces the functions, and puts them back."""
        replaced: list[tuple[Any, str, Any]] = []
        for place, part in self._parts.items():
            module, _, path = place.partition(":")
            owner_path, _, name = path.rpartition(".")
            owner: Any = import_module(module)
            owner = attrgetter(owner_path)(owner) if owner_path else owner
            replaced.append((owner, name, getattr(owner, name)))
            setattr(owner, name, self._watched(getattr(owner, name), part))
        try:
            yield
        finally:
            for owner, name, function in replaced:
                setattr(owner, name, function)

    def call(self, function: Callable[[], object]) -> None:
        """Calls what is to be timed; what no part takes is the rest's."""
        self._watched(function, self._rest)()

    def _watched(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        @wraps(function)
        def watched(*arguments: Any, **named: Any) -> Any:
            self._switch()
            self._thread.running.append(part)
            try:
                return function(*arguments, **named)
            finally:
                self._switch()
                self._thread.running.pop()

        return watched

    def _switch(self) -> None:
        now, thread = perf_counter(), self._thread
        if thread.running:
            part = thread.running[-1]
            thread.seconds[part] = thread.seconds.get(part, 0.0) + now - thread.since
        thread.since = now
