"""Turns the drivers' errors into ours."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from sqlalchemy import Connection
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
    if context.is_pre_ping or not isinstance(error, DatabaseError):
        return None
    meaning = _meaning(error, cause)
    if isinstance(meaning, Unavailable):
        # SQLite may have rolled back by itself, and would keep each later statement alone:
        # a connection given up lets none follow in this transaction.
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
    elif context.connection:
        _end_transaction(context.connection)
    return meaning


def raise_translated(connection: Connection, cause: Exception) -> NoReturn:
    """Raises what a statement would that SQLAlchemy had run, for a driver's error."""
    base = connection.dialect.loaded_dbapi.Error
    dialect = connection.dialect
    error = DBAPIError.instance(None, None, cause, base, hide_parameters=True, dialect=dialect)
    if not isinstance(error, DatabaseError):
        raise error from cause
    meaning = _meaning(error, cause)
    if isinstance(meaning, Unavailable):
        connection.invalidate(cause)
    else:
        _end_transaction(connection)
    raise meaning or error from cause


def _meaning(error: DatabaseError, cause: BaseException) -> InvoiceJobsError | None:
    code = getattr(cause, "sqlstate", None) or ""
    match error:
        case IntegrityError():
            return Conflict("This contradicts what is stored already.", reason="STORED_ALREADY")
        case _ if code.startswith(_LIMIT_EXCEEDED):
            return InvalidInput.field("text", f"is too long for the database: {_words(cause)}")
        case ProgrammingError() | DataError() | NotSupportedError() if code not in _NOT_PREPARED:
            return None  # a wrong statement is our bug, not the environment's
        case _:
            return Unavailable(
                f"The database failed: {_words(cause)}. Try again later.",
                reason="DATABASE_UNAVAILABLE",
            )


def _end_transaction(connection: Connection) -> None:
    """Lets nothing follow in the transaction of a refused statement.

    PostgreSQL has given it up already, and would answer a commit as if nothing had happened.
    """
    transaction = connection.get_transaction()
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
