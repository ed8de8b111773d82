"""Which calls are tried again."""

from invoicejobs.v1 import (
    access_pb2,
    invoice_jobs_pb2,
    invoices_pb2,
    orders_pb2,
    tenant_settings_pb2,
    tunnel_pb2,
)

from gateway.retrying import READS, is_read

READING = ("Get", "List", "Watch", "Download")


def test_exactly_the_methods_that_only_read_are_tried_again():
    files = (
        *(access_pb2, invoice_jobs_pb2, invoices_pb2, orders_pb2, tenant_settings_pb2),
        tunnel_pb2,
    )
    reading = {
        (service.full_name, method.name)
        for file in files
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if method.name.startswith(READING)
    }
    assert {
        (service, method) for service, methods in READS.items() for method in methods
    } == reading


def test_a_method_is_known_as_a_call_names_it():
    assert is_read("/invoicejobs.v1.InvoiceJobs/GetInvoiceJob")
    assert not is_read("/invoicejobs.v1.InvoiceJobs/CreateInvoiceJob")
    assert not is_read("/invoicejobs.v1.Other/GetInvoiceJob")
    assert not is_read("")
