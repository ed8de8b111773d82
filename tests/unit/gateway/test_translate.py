"""Messages to JSON: every field of the contract has its place."""

from __future__ import annotations

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invoicejobs.v1 import invoice_jobs_pb2 as jobs
from invoicejobs.v1 import invoices_pb2 as invoices

from gateway import translate
from gateway.errors import HTTP_STATUS, REST_NAMES

#: Fields that are not plain, and what becomes of them.
NESTED = {
    "Invoice": {
        "issue_time", "seller", "buyer", "delivery", "lines", "adjustments", "tax_subtotals",
        "totals", "documents",
    },
    "Party": {"address"},
    "Adjustment": {"kind"},
    "Document": {"format", "link_signature"},
}  # fmt: skip


@pytest.mark.parametrize("name", translate._NAMES)
def test_every_field_of_a_message_is_shown(name):
    message = invoices.DESCRIPTOR.message_types_by_name[name]
    plain = {proto_name for proto_name, _ in translate._NAMES[name]}
    assert plain | NESTED.get(name, set()) == {field.name for field in message.fields}


@pytest.mark.parametrize("name", translate._NAMES)
def test_json_names_are_those_of_protobuf(name):
    message = invoices.DESCRIPTOR.message_types_by_name[name]
    for proto_name, json_name in translate._NAMES[name]:
        assert json_name == message.fields_by_name[proto_name].json_name


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (translate.JOB_TYPES, jobs.JobType),
        (translate.JOB_STATUSES, jobs.JobStatus),
        (translate.JOB_ORDER_STATUSES, jobs.JobOrderStatus),
        (translate.ADJUSTMENT_KINDS, invoices.AdjustmentKind),
        (translate.DOCUMENT_FORMATS, invoices.DocumentFormat),
    ],
)
def test_every_value_of_an_enum_has_its_word(table, enum):
    assert {0, *table} == set(enum.values())


def test_a_document_of_an_unknown_format_is_left_out():
    invoice = invoices.Invoice(
        invoice_number="1",
        documents=[
            invoices.Document(format=77, sha256="x"),  # type: ignore[arg-type]
            invoices.Document(format=invoices.DOCUMENT_FORMAT_PDF, sha256="y"),
        ],
    )
    answer = translate.invoice_json(invoice, translate.link_maker("http://x", "acme"))
    assert [document["sha256"] for document in answer["documents"]] == ["y"]


@given(number=st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_a_link_holds_any_number_in_one_segment(number):
    link = translate.link_maker("http://x/api", "acme")(number, "f00", "pdf", "k.1.c")
    assert urllib.parse.urlsplit(link).query == "signature=k.1.c"
    path = urllib.parse.urlsplit(link).path
    segments = [urllib.parse.unquote(segment) for segment in path.split("/")]
    assert segments == ["", "api", "invoice", "acme", "invoices", number, "documents", "f00.pdf"]


def test_rest_names_stand_for_fields_of_the_contract():
    requests = [*jobs.DESCRIPTOR.message_types_by_name.values(),
                *invoices.DESCRIPTOR.message_types_by_name.values()]  # fmt: skip
    fields = {field.name for message in requests for field in message.fields}
    assert set(REST_NAMES) <= fields


def test_every_grpc_code_but_the_unexpected_ones_has_its_http_status():
    import grpc

    unexpected = {"OK", "UNKNOWN", "INTERNAL", "DATA_LOSS"}
    assert {code.name for code in grpc.StatusCode} - {c.name for c in HTTP_STATUS} == unexpected
