"""Times the stages of a chunk's work: each begins where the one before it ends.

So together they are all the time that a chunk took, and nothing of it is left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from process.trace import Tracer
from server.observing.notes import Measures, Notes


class _Chunk:
    """How far a chunk is."""

    __slots__ = ("begun", "stage", "wall")

    def __init__(self, stage: str) -> None:
        self.begin(stage)

    def begin(self, stage: str) -> None:
        """Begins a stage now."""
        self.stage = stage
        self.begun = time.perf_counter()
        self.wall = time.time_ns()


_CHUNK: ContextVar[_Chunk | None] = ContextVar("chunk", default=None)


class Stages:
    """Knows in which stage each chunk is."""

    def __init__(self, metrics: Measures, steps: Tracer | Notes) -> None:
        self._metrics = metrics
        self._steps = steps

    @contextmanager
    def of_chunk(self, first: str) -> Iterator[None]:
        """Times a chunk, which begins in its first stage."""
        chunk = _Chunk(first)
        token = _CHUNK.set(chunk)
        try:
            yield
        finally:
            _CHUNK.reset(token)
            self._close(chunk)

    def enter(self, stage: str) -> None:
        """Ends the stage that the chunk is in and begins another; nothing outside of a chunk."""
        chunk = _CHUNK.get()
        if chunk is not None and chunk.stage != stage:
            self._close(chunk)
            chunk.begin(stage)

    def _close(self, chunk: _Chunk) -> None:
        seconds = time.perf_counter() - chunk.begun
        self._metrics.stage_seconds(chunk.stage).observe(seconds)
        self._steps.step(chunk.stage, chunk.wall, chunk.wall + int(seconds * 1e9))
