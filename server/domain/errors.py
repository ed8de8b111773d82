"""What can go wrong, by meaning. The edges own the tables that map it to wire codes.

InvoiceJobsError
├── InvalidInput      the caller's data is wrong; names every wrong field
├── Unauthenticated   who calls is not known
├── PermissionDenied  who calls may not do this
├── NotFound          the tenant has no such thing
├── Conflict          contradicts what was said before
├── NotReady          the tenant's settings lack what is needed
├── OutOfRange        asks for bytes or pages beyond the end
├── LimitExceeded     more than this service takes
├── LogoRefused       a picture cannot be fetched or drawn; says why
├── OrderRejected     one order cannot be invoiced; becomes data on its JobOrder
├── Interrupted       the process that worked on it ended in the middle
└── Unavailable       the environment fails (disk full, database away); worth a retry
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class InvoiceJobsError(Exception):
    """Base of all errors this service raises on purpose.

    `message` is a sentence for people, `reason` the same in UPPER_SNAKE_CASE for programs.
    """

    default_reason: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One wrong field: its path in the caller's own form, and a sentence about it."""

    field: str
    description: str


class InvalidInput(InvoiceJobsError):
    """The caller's data is wrong. Names every field found wrong, not only the first."""

    default_reason = "INVALID_INPUT"

    def __init__(self, *violations: FieldViolation, reason: str = "") -> None:
        super().__init__(
            "; ".join(f"{v.field}: {v.description}" for v in violations), reason=reason
        )
        self.violations = violations

    @classmethod
    def field(cls, field: str, description: str, *, reason: str = "") -> InvalidInput:
        """Makes the error of a single field."""
        return cls(FieldViolation(field, description), reason=reason)


class LogoRefused(InvoiceJobsError):
    """A logo cannot be fetched or drawn; whoever knows its field makes it InvalidInput."""

    default_reason = "LOGO_REFUSED"


class Unauthenticated(InvoiceJobsError):
    """Who calls is not known: there is no token, or it does not hold here."""

    default_reason = "TOKEN_INVALID"


class PermissionDenied(InvoiceJobsError):
    """Who calls is known, and may not do this. Says nothing about what there is."""

    default_reason = "PERMISSION_DENIED"

    def __init__(self, message: str, *, reason: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__(message, reason=reason)
        #: What is missing, for programs, such as "missing scope: invoice.job_read".
        self.details = details


class NotFound(InvoiceJobsError):
    """The tenant has no such thing; says nothing about other tenants."""

    default_reason = "NOT_FOUND"


class Conflict(InvoiceJobsError):
    """The request contradicts an earlier one, or what changed in between."""

    default_reason = "CONFLICT"


class NotReady(InvoiceJobsError):
    """The tenant's settings lack what the request needs."""

    default_reason = "NOT_READY"


class OutOfRange(InvoiceJobsError):
    """The request asks for something beyond the end."""

    default_reason = "OUT_OF_RANGE"


class LimitExceeded(InvoiceJobsError):
    """The request is more than this service takes; where it may later, says after how long."""

    default_reason = "LIMIT_EXCEEDED"

    def __init__(self, message: str, *, reason: str = "", retry_after: float = 0) -> None:
        super().__init__(message, reason=reason)
        #: Seconds; 0 where trying again does not help.
        self.retry_after = retry_after


class OrderRejected(InvoiceJobsError):
    """One order cannot be invoiced. `field` is a path in the order's JSON, or empty."""

    default_reason = "ORDER_REJECTED"

    def __init__(self, message: str, *, field: str = "", reason: str = "") -> None:
        super().__init__(message, reason=reason)
        self.field = field


def missing(field: str, problem: str, reason: str = "FIELD_MISSING") -> OrderRejected:
    """Makes the refusal of an order that lacks a field, or has a useless one."""
    return OrderRejected(f"{field}: {problem}.", field=field, reason=reason)


class Interrupted(InvoiceJobsError):
    """The process that worked on it ended in the middle, perhaps because of what it worked on."""

    default_reason = "INTERRUPTED"


class Unavailable(InvoiceJobsError):
    """The environment fails for now; the same request may succeed later."""

    default_reason = "UNAVAILABLE"
