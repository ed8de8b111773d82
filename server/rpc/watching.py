"""Wakes the streams that watch jobs when those change.

Thousands may watch: none holds a thread while it waits, those who watch the same job share what is
read of it (`watched_job`), and so few are woken at a time that all of them together take a small
part of a core from those who work.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice

from server.domain.errors import LimitExceeded, Unavailable
from server.domain.tenant import Tenant
from server.rpc.watched_job import News, Read, Shared, WatchedJob

#: How long streams wait for news before they look by themselves, and tell the job again.
PATIENCE = 15.0  # seconds
#: So many responses are sent in each such time while jobs are in work. One takes some 0.2 ms, so
#: all together take a tenth of a core.
PAUSE = 0.1  # seconds
TURNS = 50
#: After how long a stream that found no room may be worth a new try.
RETRY_AFTER = 5.0  # seconds


@dataclass(slots=True)
class _Watched:
    """A job that is watched. That of another tenant is one that is not there."""

    jobs: dict[Tenant, WatchedJob] = field(default_factory=dict)
    streams: dict[Watch, None] = field(default_factory=dict)
    #: Looks whether the job is DONE, while streams have to wait for their turn.
    look: asyncio.Task[None] | None = None


class Watchers:
    """Keeps all streams of a server. Its methods belong to the event loop, but for one."""

    def __init__(
        self, read: Read, follow: Callable[[Callable[[str], None]], None], most: int
    ) -> None:
        self._read = read
        self._most = most
        self._follow = follow
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: dict[str, _Watched] = {}
        self._shared = Shared()
        self._count = 0
        #: Streams that were not told of a change yet, in their turn.
        self._behind: dict[Watch, None] = {}
        self._woken_at = 0.0
        self._turns = 0
        self._next_wake: asyncio.TimerHandle | None = None
        self._stopping = False
        self._guard = threading.Lock()
        #: Jobs that have changed since the last wake.
        self._changed: set[str] = set()

    @contextmanager
    def watch(self, tenant: Tenant, job_id: str) -> Iterator[Watch]:
        """Watches a job while the block lasts. Raises LimitExceeded when too many watch."""
        if self._count >= self._most:
            raise LimitExceeded(
                f"As many streams as this server takes, {self._most}, watch jobs already. Try "
                "again in a moment, or ask for the job now and then.",
                reason="TOO_MANY_WATCHERS",
                retry_after=RETRY_AFTER,
            )
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._follow(self._tell)
        watched = self._watched.setdefault(job_id, _Watched())
        job = watched.jobs.get(tenant)
        if job is None:
            job = watched.jobs[tenant] = WatchedJob(self._read, self._shared, tenant, job_id)
        watch = Watch(self, job)
        watched.streams[watch] = None
        self._count += 1
        try:
            yield watch
        finally:
            self._count -= 1
            self._behind.pop(watch, None)
            del watched.streams[watch]
            if not watched.streams:
                del self._watched[job_id]

    def stop(self) -> None:
        """Ends all streams; their clients may go on at another server, or after a restart."""
        self._stopping = True
        for watched in self._watched.values():
            self._wake(watched.streams)

    def check_running(self) -> None:
        """Raises Unavailable when the server is about to stop."""
        if self._stopping:
            raise Unavailable(
                "The server is stopping. Go on watching with the last resume_token.",
                reason="SERVER_STOPPING",
            )

    def take_turn(self, watch: Watch) -> bool:
        """Lets a stream go on at once, or puts it behind all who wait for news."""
        now = asyncio.get_running_loop().time()
        if not self._behind and now >= self._woken_at + PAUSE:
            self._woken_at, self._turns = now, TURNS
        if not self._behind and self._turns:
            self._turns -= 1
            return True
        self._behind[watch] = None
        self._plan()
        return False

    def _tell(self, job_id: str) -> None:
        """Takes news from any thread. Whoever brings them works: it costs them next to nothing."""
        # A stream that begins to watch just now reads the job after that.
        if job_id not in self._watched or self._loop is None:
            return
        with self._guard:
            is_first = not self._changed
            self._changed.add(job_id)
        if is_first:
            with suppress(RuntimeError):  # the loop has ended, and with it all streams
                self._loop.call_soon_threadsafe(self._plan)

    def _plan(self) -> None:
        if self._next_wake is None:
            loop = asyncio.get_running_loop()
            self._next_wake = loop.call_at(self._woken_at + PAUSE, self._wake_some)

    def _wake_some(self) -> None:
        self._next_wake = None
        self._woken_at = asyncio.get_running_loop().time()
        with self._guard:
            changed, self._changed = self._changed, set()
        known = [self._watched[job_id] for job_id in changed if job_id in self._watched]
        for watched in known:
            for job in watched.jobs.values():
                job.change()
            self._behind |= watched.streams
        woken = tuple(islice(self._behind, TURNS))
        self._turns = TURNS - len(woken)
        self._wake(woken)
        if not self._behind:
            return
        self._plan()
        # The end is told at once: nobody works on the job any more.
        for watched in known:
            if watched.look is None or watched.look.done():
                watched.look = asyncio.ensure_future(self._look_for_end(watched))

    async def _look_for_end(self, watched: _Watched) -> None:
        for job in tuple(watched.jobs.values()):
            with suppress(Exception):  # every stream finds it by itself, in its turn
                if await job.look_ahead():
                    self._wake(tuple(watched.streams))

    def _wake(self, streams: Iterable[Watch]) -> None:
        for watch in streams:
            self._behind.pop(watch, None)
            watch.news.set()


class Watch:
    """One stream's view of a job."""

    def __init__(self, watchers: Watchers, job: WatchedJob) -> None:
        self._watchers = watchers
        self._job = job
        #: Set when the stream is to look whether there is news.
        self.news = asyncio.Event()

    async def read(self, after: int) -> News:
        """Reads the job and its outcomes behind so many. Raises what reading raises."""
        # Before the look: what changes during it is news again.
        self.news.clear()
        return await self._job.news(after)

    async def wait_for_turn(self) -> None:
        """Waits until it is this stream's turn to send what is there already."""
        if not self._watchers.take_turn(self):
            await self.wait()

    async def wait(self) -> None:
        """Waits for news, or until patience ends. Raises Unavailable when the server stops."""
        self._watchers.check_running()
        try:
            async with asyncio.timeout(PATIENCE):
                await self.news.wait()
        except TimeoutError:
            self._job.change()  # nobody told of it, but news may be lost
        self._watchers.check_running()
