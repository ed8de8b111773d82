"""Bounds what is answered, and which bodies are held, at the same time: memory has an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from aiohttp import hdrs, web

from gateway.asked import ASKED
from gateway.channel import CONFIG
from gateway.config import Config
from gateway.errors import ApiError
from gateway.shares import share_key

#: Bodies up to this size are not counted: the number of requests bounds them, and nobody who
#: sends large ones slowly keeps out those who send small ones.
SMALL_BODY = 64 * 1024
_SOON: Mapping[str, str] = {hdrs.RETRY_AFTER: "1"}
#: Answered however much there is to do: an overloaded process must not be taken for a dead one.
_ALWAYS = {"/healthz", "/readyz"}


#: Seconds that any body may take, and bytes a second that a larger one must come with.
BODY_PATIENCE = 5.0
BODY_RATE = 64 * 1024
#: What part of the bytes of all bodies may be one client's.
_BODIES_SHARE = 4


class Places:
    """Counts what is in use of something that there is so much of, and what each client has."""

    def __init__(self, most: int, each: int) -> None:
        """Takes how much there is, and how much of it one client may have."""
        self._free = most
        self._each = each
        #: Only clients that have something stand here.
        self._taken: Counter[str] = Counter()

    def take(self, count: int, client: str, message: str, reason: str) -> None:
        """Takes so much; raises ApiError with Retry-After when there is not.

        That is 503, or 429 where only this client has too much; an empty one has no bound.
        """
        if client and self._taken[client] + count > self._each:
            problem = "As much is open for this address as one may have."
            raise ApiError(
                429, f"{problem} Try again in a moment.", f"{reason}_OF_ADDRESS", headers=_SOON
            )
        if count > self._free:
            raise ApiError(503, f"{message} Try again in a moment.", reason)
        self._free -= count
        if client:
            self._taken[client] += count

    def give_back(self, count: int, client: str) -> None:
        """Gives so much back."""
        self._free += count
        if client:
            self._taken[client] -= count
            if not self._taken[client]:
                del self._taken[client]


#: Requests that can still be answered at once, and bytes of their bodies.
REQUEST_PLACES = web.AppKey("REQUEST_PLACES", Places)
BODY_PLACES = web.AppKey("BODY_PLACES", Places)


class Admission:
    """What a request has while it is answered: a place, and room for its body."""

    __slots__ = ("_app", "_body", "_client", "_has_place", "_request", "_route")

    def __init__(self, request: web.Request, app: web.Application, route: str) -> None:
        self._request = request
        self._app = app
        self._route = route
        #: Whose request it is, for the count of what each client has.
        self._client = ""
        self._has_place = False
        #: Bytes of its body that are counted.
        self._body = 0

    def __enter__(self) -> None:
        """Takes what it needs. Raises ApiError 503 and 429 where there is not so much."""
        if self._route in _ALWAYS:
            return
        request = self._request
        self._client = share_key(request[ASKED].address)
        self._app[REQUEST_PLACES].take(
            1, self._client, "The gateway answers as many requests as it can.", "TOO_MANY_REQUESTS"
        )
        self._has_place = True
        request[ADMISSION] = self
        if request.can_read_body:
            self._take_room(self._app[CONFIG].max_body_bytes)

    def __exit__(self, *_raised: object) -> None:
        self.leave_place()

    def leave_place(self) -> None:
        """Gives the place to others, before the request's end if that is long in coming.

        So it does with the room for the body, which nobody reads any more by then.
        """
        if self._has_place:
            self._has_place = False
            self._app[REQUEST_PLACES].give_back(1, self._client)
        if self._body:
            self._app[BODY_PLACES].give_back(self._body, self._client)
            self._body = 0

    def _take_room(self, most: int) -> None:
        request = self._request
        # Unpacked it may be as large as any; of one that is too large no more than that is read.
        packed = hdrs.CONTENT_ENCODING in request.headers
        size = most if packed else min(request.content_length or most, most)
        if size <= SMALL_BODY:
            return
        message = "The gateway holds as many bodies as it can."
        try:
            self._app[BODY_PLACES].take(size, self._client, message, "TOO_MANY_BODIES")
        except ApiError:
            self.leave_place()
            raise
        self._body = size


#: Of a request that is being answered.
ADMISSION = web.RequestKey("ADMISSION", Admission)


def body_seconds(request: web.Request) -> float:
    """Gives how long a request's body may take: a small one is no reason to wait for long."""
    longest = request.app[CONFIG].request_timeout
    size = request.content_length
    return longest if size is None else min(longest, BODY_PATIENCE + size / BODY_RATE)


def make_places(config: Config) -> tuple[Places, Places]:
    """Makes the places of requests, and those of their bodies' bytes."""
    most = config.rest_max_bodies_bytes
    # One body of the largest must be possible.
    bodies = Places(most, max(most // _BODIES_SHARE, config.max_body_bytes))
    return Places(config.rest_max_requests, config.address_calls), bodies
