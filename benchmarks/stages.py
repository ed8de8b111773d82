"""Times the parts of a call without changing them: which functions take how much of it.

Functions are replaced, where their callers look them up, by ones that keep a stack of who runs.
So a part's time is its own: what it calls of the other parts counts as theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from operator import attrgetter
from time import perf_counter
from typing import Any


class Stages:
    """Adds up seconds by part."""

    def __init__(self, parts: Mapping[str, str], rest: str) -> None:
        """Names the parts: "module:function" or "module:Class.function" to what it is called."""
        self.seconds = dict.fromkeys((*parts.values(), rest), 0.0)
        self._parts, self._rest = parts, rest
        self._running: list[str] = []
        self._since = 0.0

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
            self._running.append(part)
            try:
                return function(*arguments, **named)
            finally:
                self._switch()
                self._running.pop()

        return watched

    def _switch(self) -> None:
        now = perf_counter()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now
