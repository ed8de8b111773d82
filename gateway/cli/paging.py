"""Walks through lists page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

PAGE_SIZE = 1000


class PageRequest(Protocol):
    """A request for a page of a list."""

    page_size: int
    page_token: str


class PageResponse(Protocol):
    """A page, and where the next one begins."""

    @property
    def next_page_token(self) -> str:
        """Asks for the next page; empty on the last one."""
        ...


Request = TypeVar("Request", bound=PageRequest)
Response = TypeVar("Response", bound=PageResponse)


def pages(call: Callable[[Request], Response], request: Request) -> Iterator[Response]:
    """Asks for one page after the other until the last one."""
    request.page_size = PAGE_SIZE
    while True:
        response = call(request)
        yield response
        if not response.next_page_token:
            return
        request.page_token = response.next_page_token
