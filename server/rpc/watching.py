"""Wakes the streams that watch jobs when those change.

Thousands may watch: none holds a thread while it waits, those who wait for the same news share
one look into the database, and the more there are, the less often they are woken, so that all of
them together take a small part of a core from those who work.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from invoicejobs.v1 import invoice_jobs_pb2

from server.domain.errors import LimitExceeded, Unavailable
from server.domain.tenant import Tenant

Response = invoice_jobs_pb2.WatchInvoiceJobResponse
#: Reads a tenant's job, with its outcomes behind so many.
Read = Callable[[Tenant, str, int], Awaitable[Response]]

#: How long streams wait for news before they look by themselves, and tell the job again.
PATIENCE = 15.0  # seconds
#: The least time between two wakes, and how much of it each stream needs. Waking one takes some
#: 0.2 ms, so all together take a tenth of a core at most.
PAUSE = 0.1  # seconds
PAUSE_OF_ONE = 0.002  # seconds
#: After how long a stream that found no room may be worth a new try.
RETRY_AFTER = 5.0  # seconds


@dataclass(slots=True)
class _Watched:
    """A job that is watched."""

    streams: set[asyncio.Event] = field(default_factory=set)
    #: What is being read at this moment and nothing has changed since.
    reads: dict[tuple[Tenant, int], asyncio.Task[Response]] = field(default_factory=dict)

    def wake(self) -> None:
        """Lets all streams look anew."""
        # Who is woken must not join a look that began before the news.
        self.reads = {}
        for news in self.streams:
            news.set()


class Watchers:
    """Keeps all streams of a server. Its methods belong to the event loop, but for one."""

    def __init__(
        self,
        read: Read,
        follow: Callable[[Callable[[str], None]], None],
        most: int,
        pause: float = PAUSE,
    ) -> None:
        self._read = read
        self._most = most
        self._follow = follow
        self._pause = pause
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: dict[str, _Watched] = {}
        self._count = 0
        self._woken_at = 0.0
        self._stopping = False
        self._guard = threading.Lock()
        #: Jobs that have changed since the streams were woken last.
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
        watch = Watch(self, tenant, job_id)
        watched.streams.add(watch.news)
        self._count += 1
        try:
            yield watch
        finally:
            self._count -= 1
            watched.streams.discard(watch.news)
            if not watched.streams:
                del self._watched[job_id]

    def stop(self) -> None:
        """Ends all streams; their clients may go on at another server, or after a restart."""
        self._stopping = True
        for watched in self._watched.values():
            watched.wake()

    def check_running(self) -> None:
        """Raises Unavailable when the server is about to stop."""
        if self._stopping:
            raise Unavailable(
                "The server is stopping. Go on watching with the last resume_token.",
                reason="SERVER_STOPPING",
            )

    def read(self, tenant: Tenant, job_id: str, after: int) -> asyncio.Task[Response]:
        """Reads a job, together with all who ask the same at this moment."""
        reads = self._watched[job_id].reads
        task = reads.get((tenant, after))
        if task is None:
            task = asyncio.ensure_future(self._read(tenant, job_id, after))
            reads[tenant, after] = task
            task.add_done_callback(lambda done: _forget(reads, (tenant, after), done))
        return task

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
        loop = asyncio.get_running_loop()
        pause = max(self._pause, min(PATIENCE, self._count * PAUSE_OF_ONE))
        loop.call_at(self._woken_at + pause, self._wake)

    def _wake(self) -> None:
        self._woken_at = asyncio.get_running_loop().time()
        with self._guard:
            changed, self._changed = self._changed, set()
        for job_id in changed:
            if watched := self._watched.get(job_id):
                watched.wake()


class Watch:
    """One stream's view of a job."""

    def __init__(self, watchers: Watchers, tenant: Tenant, job_id: str) -> None:
        self._watchers = watchers
        self._tenant = tenant
        self._job_id = job_id
        #: Set when the job has changed since it was read.
        self.news = asyncio.Event()

    async def read(self, after: int) -> Response:
        """Reads the job and its outcomes behind so many. Raises what reading raises."""
        # Before the look: what changes during it is news again.
        self.news.clear()
        # A client that leaves must not end a look that others wait for.
        return await asyncio.shield(self._watchers.read(self._tenant, self._job_id, after))

    async def wait(self) -> None:
        """Waits for news, or until patience ends. Raises Unavailable when the server stops."""
        self._watchers.check_running()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self.news.wait()
        self._watchers.check_running()


def _forget(
    reads: dict[tuple[Tenant, int], asyncio.Task[Response]],
    key: tuple[Tenant, int],
    done: asyncio.Task[Response],
) -> None:
    reads.pop(key, None)
    if not done.cancelled():
        done.exception()  # seen, also when all who asked have left
