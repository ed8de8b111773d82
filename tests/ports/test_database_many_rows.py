"""What every database promises about many rows that are written together."""

from dataclasses import replace

import pytest

from server.domain.document import Document, DocumentFormat
from server.domain.errors import Conflict
from server.domain.job import JobOrder, JobOrderStatus
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import ACME, make_job, make_series, write

#: What has a meaning of its own where rows are sent as one text.
DIFFICULT = [
    "",
    "\\N",
    "\\.",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "a\\tb",
    '"',
    "'",
    "{}",
    "Ł€",
    "\U0001f600",
]


def test_texts_come_back_whatever_is_in_them(database):
    def add(unit):
        unit.jobs.add(make_job(order_count=0))
        unit.jobs.add_orders("job-1", 0, DIFFICULT)

    write(database, add)
    with database.read() as unit:
        assert [order.order_id for order in unit.jobs.orders("job-1", 0, 99)] == DIFFICULT


def test_a_zero_in_a_text_is_kept_as_its_picture(database):
    def add(unit):
        unit.jobs.add(make_job(order_count=0))
        unit.jobs.add_orders("job-1", 0, ["a\x00b", "c"])

    write(database, add)
    with database.read() as unit:
        assert [order.order_id for order in unit.jobs.orders("job-1", 0, 99)] == ["a\u2400b", "c"]


def test_invoices_come_back_whatever_is_in_them(database):
    invoices = [
        make_invoice(1, number=f"R-{n}", order_id=f"o-{n}", order_number=text, notes=(text,))
        for n, text in enumerate(DIFFICULT)
    ]
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", invoices))
    with database.read() as unit:
        assert unit.invoices.get(ACME, [i.number for i in invoices]) == {
            invoice.number: invoice for invoice in invoices
        }


def test_outcomes_come_back_whatever_is_in_them(database):
    texts = [*DIFFICULT, "a\x00b", "\\u0000", "\x1f"]
    outcomes = [
        JobOrder(at, f"o-{at}", JobOrderStatus.FAILURE, text, text, text, text, text)
        for at, text in enumerate(texts)
    ]

    def add(unit):
        unit.jobs.add(make_job(order_count=0))
        unit.jobs.add_orders("job-1", 0, [outcome.order_id for outcome in outcomes])
        unit.jobs.record("job-1", outcomes)

    write(database, add)
    with database.read() as unit:
        found = unit.jobs.orders("job-1", 0, 99)
    assert [order.message for order in found] == [text.replace("\x00", "\u2400") for text in texts]
    for order in found:
        assert {order.reason, order.field, order.invoice_number, order.pdf_sha256} == {
            order.message
        }


def test_documents_come_back_whatever_is_in_them(database):
    documents = [
        Document("R-1", format, text, text, 2**40, text, text)
        for format, text in zip(DocumentFormat, DIFFICULT, strict=False)
    ]
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", [make_invoice(1, number="R-1")]))
    write(database, lambda unit: unit.invoices.add_documents(ACME, documents[:1]))
    again = [replace(documents[0], file_name="other"), *documents[1:]]
    write(database, lambda unit: unit.invoices.add_documents(ACME, again))
    with database.read() as unit:
        assert set(unit.invoices.documents(ACME, "R-1")) == set(documents)


def test_one_row_that_contradicts_keeps_all_of_them_out(database):
    series = make_series()
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", [make_invoice(1, number="R-2")]))
    more = [make_invoice(1, number=f"R-{n}", order_id=f"new-{n}") for n in range(1, 4)]

    def draw_and_add(unit):
        assert unit.numbers.draw(ACME, series, 3)
        unit.invoices.add(ACME, "job-1", more)

    with pytest.raises(Conflict):
        write(database, draw_and_add)
    with database.read() as unit:
        assert unit.invoices.taken(ACME, ["R-1", "R-2", "R-3"]) == {"R-2"}
    with database.write() as unit:
        assert unit.numbers.draw(ACME, series, 3)[0] == series.start_value
