"""What is known of a job that is watched, read and written once for all who watch it.

Outcomes never change once they are recorded. So a look into the database reads only those behind
the last known ones, and each is kept as the bytes that stand for it in a response: messages that
are written one behind the other are one message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import TypeAlias, TypeVar

from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_STATUS_DONE,
    InvoiceJob,
    JobOrder,
    WatchInvoiceJobResponse,
)

from server.domain.tenant import Tenant
from server.rpc.paging import Scope, token_of

K = TypeVar("K")
V = TypeVar("V")

#: The most outcomes in one response.
PAGE = 500
#: Seconds that outcomes are kept. Their links are signed when they are read, and what is erased
#: must not be told for long.
LIFE = 10.0
#: How many pages, and responses, are kept of all jobs together: some 10 MB.
KEPT = 64


@dataclass(frozen=True, slots=True)
class Progress:
    """What a look into the database finds."""

    job: InvoiceJob
    #: Outcomes behind those that were known, as `write_outcome` writes them.
    outcomes: list[bytes]


#: Reads a tenant's job with at most so many of its outcomes behind the first ones.
Read = Callable[[Tenant, str, int, int], Awaitable[Progress]]


def write_outcome(order: JobOrder) -> bytes:
    """Writes an outcome as a response that has nothing else."""
    return WatchInvoiceJobResponse(outcomes=[order]).SerializeToString()


@dataclass(frozen=True, slots=True)
class News:
    """What a stream is told."""

    #: The job as it is now, as a response that has nothing else.
    job: bytes
    #: The whole response.
    response: bytes
    #: The place behind its outcomes.
    end: int
    #: Whether more of them are known already.
    has_more: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class _State:
    """The job as one look found it."""

    job: bytes
    #: Outcomes so far.
    count: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class _Page:
    """Outcomes that are neighbours.

    No page goes beyond a multiple of PAGE, so that streams which begin at different places soon
    ask for the same.
    """

    first: int
    outcomes: list[bytes]
    read_at: float

    @property
    def end(self) -> int:
        """The place behind its last outcome."""
        return self.first + len(self.outcomes)

    @property
    def limit(self) -> int:
        """The place that it does not go beyond."""
        return (self.first // PAGE + 1) * PAGE

    def holds(self, after: int) -> bool:
        """Tells whether what comes behind a place is in it, or is the next to come."""
        return self.first <= after <= self.end and monotonic() - self.read_at < LIFE


class Recent(dict[K, V]):
    """Keeps what was put into it last, so and so many."""

    def keep(self, key: K, value: V) -> V:
        """Keeps a value in place of the one that was there."""
        self.pop(key, None)
        self[key] = value
        if len(self) > KEPT:
            del self[next(iter(self))]
        return value


class Shared:
    """What is kept of all watched jobs."""

    def __init__(self) -> None:
        #: Pages, by tenant, job and number.
        self.pages: Recent[tuple[Tenant, str, int], _Page] = Recent()
        #: Responses, by tenant, job, first place, end and state of the job.
        self.responses: Recent[tuple[Tenant, str, int, int, bytes], bytes] = Recent()


#: The state of a job, and a page that is as new.
_Seen: TypeAlias = tuple[_State, _Page]


class WatchedJob:
    """A tenant's job. Belongs to the event loop."""

    def __init__(self, read: Read, shared: Shared, tenant: Tenant, job_id: str) -> None:
        self._read = read
        self._shared = shared
        self._key = (tenant, job_id)
        #: The changes that were heard of, and how many of them the last look knew.
        self._changes = 0
        self._known = -1
        self._state: _State | None = None
        #: The looks that know all changes, by the page that they extend.
        self._looks: dict[tuple[int, int], asyncio.Task[_Seen]] = {}

    def change(self) -> None:
        """Lets everybody look anew. Nobody may join a look that began before."""
        self._changes += 1
        self._looks = {}

    async def news(self, after: int) -> News:
        """Tells what is new behind so many outcomes. Raises what reading raises."""
        page = self._shared.pages.get((*self._key, after // PAGE))
        if page is None or not page.holds(after):
            page = _Page(after, [], monotonic())
        state = self._state
        if state is None or not self._is_all(state, page):
            # A client that leaves must not end a look that others wait for.
            look: asyncio.Future[_Seen] = asyncio.shield(self._look(page))
            state, page = await look
        response = self._response(state, page, after)
        return News(state.job, response, page.end, page.end < state.count, state.is_done)

    async def look_ahead(self) -> bool:
        """Reads what is new before anybody asks; tells whether the job is DONE."""
        news = await self.news(self._state.count if self._state else 0)
        while not news.is_done and self._known < self._changes:
            news = await self.news(news.end)
        return news.is_done

    def _is_all(self, state: _State, page: _Page) -> bool:
        """Tells whether a look would find nothing that matters to who reads this page."""
        if page.end == page.limit < state.count:
            return True
        return self._known == self._changes and page.end == min(state.count, page.limit)

    def _look(self, page: _Page) -> asyncio.Task[_Seen]:
        """Looks what comes behind a page, together with all who want the same at this moment."""
        looks, place = self._looks, (page.first, page.end)
        task = looks.get(place)
        if task is None:
            task = asyncio.ensure_future(self._extend(page))
            looks[place] = task
            task.add_done_callback(lambda done: _forget(looks, place, done))
        return task

    async def _extend(self, page: _Page) -> _Seen:
        changes = self._changes
        progress = await self._read(*self._key, page.end, page.limit - page.end)
        job = progress.job
        state = _State(
            WatchInvoiceJobResponse(job=job).SerializeToString(),
            job.success_count + job.failure_count,
            job.job_status == JOB_STATUS_DONE,
        )
        page = replace(page, outcomes=[*page.outcomes, *progress.outcomes])
        self._shared.pages.keep((*self._key, page.first // PAGE), page)
        # One that took long must not undo what later ones found.
        if changes >= self._known:
            self._known, self._state = changes, state
        return state, page

    def _response(self, state: _State, page: _Page, after: int) -> bytes:
        """Writes a response, once for all who are told the same at this moment."""
        tenant, job_id = self._key
        key = (tenant, job_id, after, page.end, state.job)
        written = self._shared.responses.get(key)
        if written is not None:
            return written
        token = token_of(str(page.end), watch_scope(tenant, job_id))
        parts = (
            state.job,
            *page.outcomes[after - page.first :],
            WatchInvoiceJobResponse(resume_token=token).SerializeToString(),
        )
        return self._shared.responses.keep(key, b"".join(parts))


def watch_scope(tenant: Tenant, job_id: str) -> Scope:
    """Gives what a resume_token is bound to."""
    return ("WatchInvoiceJob", tenant, job_id)


def _forget(
    looks: dict[tuple[int, int], asyncio.Task[_Seen]],
    place: tuple[int, int],
    done: asyncio.Task[_Seen],
) -> None:
    looks.pop(place, None)
    if not done.cancelled():
        done.exception()  # seen, also when all who asked have left
