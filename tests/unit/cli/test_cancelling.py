"""`invoicejobs invoices cancel`: what was asked for reaches the server as it was meant."""

import json

import grpc
import pytest


def asked(services):
    (request,) = services.requests["CancelInvoice"]
    return request


def test_a_whole_invoice_is_cancelled_with_its_reason(run, services):
    result = run("invoices", "cancel", "RE-1", "--reason", "Bestellung storniert")
    assert result.exit_code == 0
    assert result.stdout == "GS-RE-1 credits 11.90 EUR of RE-1.\n"
    request = asked(services)
    assert (request.tenant, request.invoice_number) == ("acme", "RE-1")
    assert request.reason == "Bestellung storniert"
    assert request.request_id
    assert not request.lines
    assert request.amount == ""


def test_lines_are_named_by_position_and_quantity(run, services):
    run("invoices", "cancel", "RE-1", "--line", "2", "--line", "3=1.5", "--line", "4=-1")
    lines = [(line.position, line.quantity) for line in asked(services).lines]
    assert lines == [(2, ""), (3, "1.5"), (4, "-1")]


def test_an_amount_is_sent_with_the_request_id_that_was_given(run, services):
    result = run("invoices", "cancel", "RE-1", "--amount", "12.50", "--request-id", "ticket-4711")
    assert result.stdout == "GS-RE-1 credits 12.50 EUR of RE-1.\n"
    assert asked(services).amount == "12.50"
    assert asked(services).request_id == "ticket-4711"


def test_json_is_the_credit_note(run):
    note = json.loads(run("invoices", "cancel", "RE-1", "--json").stdout)
    assert note["invoiceNumber"] == "GS-RE-1"
    assert note["precedingInvoiceNumber"] == "RE-1"


@pytest.mark.parametrize("line", ["", "x", "1=", "1=x", "=2", "1=1,5", "-1"])
def test_a_line_that_is_none_is_refused_with_an_example(run, services, line):
    result = run("invoices", "cancel", "RE-1", "--line", line)
    assert result.exit_code == 2
    assert "write 3, or 3=1.5" in result.stderr
    assert not services.requests["CancelInvoice"]


def test_lines_and_an_amount_exclude_each_other(run, services):
    result = run("invoices", "cancel", "RE-1", "--line", "1", "--amount", "1.00")
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr
    assert not services.requests["CancelInvoice"]


def test_a_refusal_is_told(run, services):
    services.refuse("CancelInvoice", grpc.StatusCode.INVALID_ARGUMENT, "amount: is too much")
    result = run("invoices", "cancel", "RE-1", "--amount", "99.00")
    assert result.exit_code == 3
    assert "amount: is too much" in result.stderr
