"""Turns the drivers' errors into ours."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)

from server.domain.errors import Conflict, InvalidInput, InvoiceJobsError, Unavailable

log = logging.getLogger(__name__)

#: PostgreSQL's codes for what SQLite counts among the failures of the environment: a missing
#: table, a missing column, a missing right.
_NOT_PREPARED = {"42P01", "42703", "42501"}
#: A value that is too large for an index, and the like.
_LIMIT_EXCEEDED = "54"


def translated(context: ExceptionContext) -> InvoiceJobsError | None:
    """Gives the error to raise in place of the driver's, which stays its cause."""
    error, cause = context.sqlalchemy_exception, context.original_exception
    if context.is_pre_ping or not isinstance(error, DBAPIError):
        return None
    code = getattr(cause, "sqlstate", None) or ""
    match error:
        case IntegrityError():
            _end_transaction(context)
            return Conflict("This contradicts what is stored already.", reason="STORED_ALREADY")
        case DatabaseError() if code.startswith(_LIMIT_EXCEEDED):
            _end_transaction(context)
            return InvalidInput.field("text", f"is too long for the database: {_words(cause)}")
        case ProgrammingError() | DataError() | NotSupportedError() if code not in _NOT_PREPARED:
            _end_transaction(context)
            return None  # a wrong statement is our bug, not the environment's
        case DatabaseError():
            # SQLite may have rolled back by itself, and would keep each later statement alone:
            # a connection given up lets none follow in this transaction.
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False
            return Unavailable(
                f"The database failed: {_words(cause)}. Try again later.",
                reason="DATABASE_UNAVAILABLE",
            )
        case _:
            return None


def _end_transaction(context: ExceptionContext) -> None:
    """Lets nothing follow in the transaction of a refused statement.

    PostgreSQL has given it up already, and would answer a commit as if nothing had happened.
    """
    transaction = context.connection.get_transaction() if context.connection else None
    if transaction is not None:
        transaction.rollback()


def _words(cause: BaseException) -> str:
    """Says what the driver said, without what is the operator's only: hosts, users, statements."""
    diagnosis: Any = getattr(cause, "diag", None)
    if diagnosis is None:
        return str(cause)
    if diagnosis.message_primary:
        return str(diagnosis.message_primary)
    log.warning("the database cannot be reached: %s", " ".join(str(cause).split()))
    return "it cannot be reached"
