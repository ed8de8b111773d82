"""The table from errors to statuses."""

import pytest
from google.rpc import status_pb2

from server.domain import errors
from server.domain.errors import FieldViolation, InvalidInput, InvoiceJobsError, NotFound
from server.rpc.status import code_of, status_of

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, InvoiceJobsError) and kind != InvoiceJobsError
]


def parsed(status):
    ((_, details),) = status.trailing_metadata
    return status_pb2.Status.FromString(details)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_the_domain_has_a_code_of_its_own_meaning(kind):
    error = kind.field("f", "is wrong") if kind is InvalidInput else kind("It is so.")
    assert code_of(error).name not in {"INTERNAL", "UNKNOWN", "OK"}


def test_an_error_made_more_special_keeps_the_code_of_its_kind():
    class InvoiceNotFound(NotFound):
        """No such invoice."""

    assert code_of(InvoiceNotFound("There is none.")).name == "NOT_FOUND"


def test_text_that_utf_8_cannot_hold_is_shown_with_question_marks():
    status = status_of(NotFound("There is no order '\ud800'."), "id")
    assert parsed(status).message == "There is no order '?'."


@pytest.mark.parametrize("character", ["x", "ü", "€", "𝄞"])
def test_the_whole_status_stays_below_the_metadata_limit_of_clients(character):
    long = character * 5000
    status = status_of(InvalidInput(*[FieldViolation(long, long)] * 100), "id")
    ((key, details),) = status.trailing_metadata
    # As the transport counts: percent-encoded message, base64 details, names, 32 bytes an entry.
    message = sum(1 if 32 <= b < 127 else 3 for b in status.details.encode())
    assert message + len(details) * 4 // 3 + len(key) + 200 < 8192
    assert parsed(status).details[1].ByteSize() > 1000
