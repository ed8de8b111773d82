"""Pages of lists (AIP-158): sizes are checked, and a token fits only the list it was given for.

A token is the url-safe base64 of [version, cursor, digest]; the digest covers the cursor, the list,
its tenant and its filters. It guards against mistakes, not against forgery: the tenant is checked
with each call, so a forged cursor shows nothing that a plain call would not show.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass

from server.domain.errors import FieldViolation, InvalidInput

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000

_VERSION = 1
#: Characters of a position, so that it and what is added to it fit a database's 64 bits.
_POSITION_DIGITS = 12
#: Half a character, which JSON can hold and no database.
_SURROGATE = re.compile("[\ud800-\udfff]")

#: What a list is narrowed by: its name, the tenant, the filters.
Scope = tuple[str | int | bool | None, ...]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page that was asked for, its size and token checked."""

    scope: Scope
    limit: int
    #: Where the page begins; None at the start of the list.
    cursor: str | None

    def position(self) -> int:
        """Reads the cursor of a list that is paged by position. Raises InvalidInput."""
        position = position_of(self.cursor or "0")
        if position is None:
            raise InvalidInput(_FOREIGN_TOKEN, reason="INVALID_PAGE_TOKEN")
        return position

    def next_token(self, next_cursor: str | int | None) -> str:
        """Makes the token of the next page; empty when there is none."""
        return "" if next_cursor is None else token_of(str(next_cursor), self.scope)


def read_page(page_size: int, page_token: str, *scope: str | int | bool | None) -> PageRequest:
    """Reads what a list request says about its page; scope is the list, tenant and filters.

    Raises InvalidInput that names page_size, page_token or both.
    """
    violations = []
    if not 0 <= page_size <= MAX_PAGE_SIZE:
        violations.append(
            FieldViolation(
                "page_size", f"must be 1 to {MAX_PAGE_SIZE}, or 0 for {DEFAULT_PAGE_SIZE}"
            )
        )
    cursor = cursor_of(page_token, scope) if page_token else None
    if page_token and cursor is None:
        violations.append(_FOREIGN_TOKEN)
    if violations:
        raise InvalidInput(*violations, reason="INVALID_PAGE")
    return PageRequest(scope, page_size or DEFAULT_PAGE_SIZE, cursor)


_FOREIGN_TOKEN = FieldViolation(
    "page_token",
    "must be what the page before gave, of the same list with the same filters, or empty",
)


def position_of(cursor: str) -> int | None:
    """Reads a cursor that is a position; None when it is none."""
    fits = cursor.isascii() and cursor.isdigit() and len(cursor) <= _POSITION_DIGITS
    return int(cursor) if fits else None


def token_of(cursor: str, scope: Scope) -> str:
    """Makes the token of a cursor that fits the scope alone."""
    digest = hashlib.sha256(json.dumps([cursor, *scope]).encode()).hexdigest()[:16]
    content = json.dumps([_VERSION, cursor, digest], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def cursor_of(token: str, scope: Scope) -> str | None:
    """Reads the cursor of a token; None when it is none, or one of another scope."""
    try:
        padded = token + "=" * (-len(token) % 4)
        version, cursor, _ = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    if version != _VERSION or not isinstance(cursor, str) or _SURROGATE.search(cursor):
        return None
    # Making the token anew also refuses every other spelling of the same bytes.
    return cursor if token_of(cursor, scope) == token else None
