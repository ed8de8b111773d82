"""Who did what is written down in the transaction that does it."""

from dataclasses import replace

import pytest

from server.domain.audit import AuditAction, AuditFilter
from server.domain.document import DocumentFormat
from server.domain.errors import InvoiceJobsError, Unavailable
from server.domain.origin import Origin
from server.domain.tenant import Tenant
from server.service.clients import CreateClient, RevokeClient
from server.service.download_invoice import DownloadInvoice
from server.service.erase_order import EraseOrder
from server.service.origin import acting_for, current_origin, tell_origin
from server.service.read_audit import ReadAudit
from tests.builders.cancellation import cancel, sell_one
from tests.builders.settings import make_settings
from tests.unit.service.conftest import ACME

SHOP = Origin("shop", "10.0.0.1", "r-1", "")
NUMBER = "RE-2026-00001"


@pytest.fixture(autouse=True)
def _acting():
    with acting_for(SHOP):
        yield


@pytest.fixture
def entries(shop):
    """Reads all entries, the oldest first."""
    return lambda: list(ReadAudit(shop.database)(AuditFilter(), 10_000))[::-1]


@pytest.fixture
def invoiced(shop):
    """A job whose one order has its invoice."""
    shop.sell("A")
    job = shop.start("A")
    shop.work()
    return job


def told(entries):
    return [(each.action.value, each.about, each.detail) for each in entries()]


def test_a_job_and_what_it_issued_are_told_of_whoever_asked_for_it(shop, entries):
    shop.sell("A", "B")
    job = shop.start("A", "B")
    with acting_for(Origin("worker")):
        shop.work()
    assert told(entries) == [
        ("CREATE_JOB", job.job_id, "MANUAL, 2 orders"),
        ("ISSUE_INVOICES", job.job_id, "RE-2026-00001 to RE-2026-00002 (2)"),
    ]
    assert {each.origin for each in entries()} == {SHOP}
    assert {each.tenant for each in entries()} == {ACME}


def test_a_repeated_request_is_told_once(shop, entries):
    shop.sell("A")
    shop.start("A", request_id="once")
    shop.start("A", request_id="once")
    assert [each.action for each in entries()] == [AuditAction.CREATE_JOB]


def test_what_was_refused_is_not_told(shop, entries):
    with pytest.raises(InvoiceJobsError):
        shop.start("A", "B", "C", "D", "E", "F")
    assert entries() == []


def test_cancelling_and_retrying_jobs_are_told(shop, entries):
    shop.sell("A")
    job = shop.start("A")
    shop.cancel_job(ACME, job.job_id)
    again = shop.retry_job(ACME, job.job_id)
    assert told(entries)[1:] == [
        ("CANCEL_JOB", job.job_id, ""),
        ("RETRY_JOB", again.job_id, f"tries job {job.job_id} again"),
    ]


def test_cancelling_an_invoice_names_its_credit_note(shop, entries):
    number = sell_one(shop)
    note = cancel(shop, number)
    cancel(shop, number)
    assert told(entries)[-1] == (
        "CANCEL_INVOICE",
        number,
        f"by credit note {note.invoice.number}",
    )
    assert len(entries()) == 3


def test_changed_settings_are_told_by_the_names_of_their_fields_never_by_values(shop, entries):
    other = Tenant("other")
    first = shop.update_settings(other, make_settings())
    site = first.sites[0]
    seller = replace(site.seller, name="Another & Co", phone="+49 30 1")
    changed = replace(first, sites=(replace(site, seller=seller, girocode=not site.girocode),))
    second = shop.update_settings(other, changed)
    third = shop.update_settings(other, second)
    names = "sites[0].seller.name, sites[0].seller.phone, sites[0].girocode"
    assert told(entries) == [
        ("UPDATE_SETTINGS", "", f"etag {first.etag}; the first ones"),
        ("UPDATE_SETTINGS", "", f"etag {second.etag}; changed: {names}"),
        ("UPDATE_SETTINGS", "", f"etag {third.etag}; changed: nothing"),
    ]


def test_whoever_takes_a_document_is_told_before_a_byte_is_read(shop, entries, invoiced):
    download = DownloadInvoice(shop.database, shop.documents, shop.clock)
    download(ACME, NUMBER, DocumentFormat.PDF)
    assert told(entries)[2:] == [("DOWNLOAD_DOCUMENT", NUMBER, "PDF")]


def test_who_takes_a_document_in_parts_is_told_once_a_minute(shop, entries, invoiced):
    download = DownloadInvoice(shop.database, shop.documents, shop.clock)

    def take_twice():
        download(ACME, NUMBER, DocumentFormat.PDF)
        download(ACME, NUMBER, DocumentFormat.PDF, offset=1, length=5)
        return len(told(entries)) - 2

    assert take_twice() == 1
    with acting_for(Origin("shop", "10.0.0.2", "r-2", "")):
        assert take_twice() == 2
    with acting_for(Origin("another", "10.0.0.1", "r-3", "")):
        assert take_twice() == 3
    shop.clock.advance(minutes=1)
    assert take_twice() == 4


def test_asking_what_a_document_is_takes_nothing_of_it(shop, entries, invoiced):
    DownloadInvoice(shop.database, shop.documents, shop.clock)(
        ACME, NUMBER, DocumentFormat.PDF, offset=0, length=1
    )
    assert len(entries()) == 2


def test_a_document_that_cannot_be_told_of_is_not_given(shop, invoiced):
    def full(*_, **__):
        raise Unavailable("The disk is full.")

    class Full:
        read = shop.database.read
        read_job = shop.database.read_job
        ready = shop.database.ready
        write = full

    with pytest.raises(Unavailable):
        DownloadInvoice(Full(), shop.documents, shop.clock)(ACME, NUMBER, DocumentFormat.PDF)


def test_an_erased_order_is_told_by_its_id(shop, entries, invoiced):
    EraseOrder(shop.database, shop.clock)(ACME, "A")
    assert told(entries)[2:] == [("ERASE_ORDER", "A", "")]


def test_more_than_a_page_is_listed_and_no_more_than_asked_for(shop, entries, monkeypatch):
    monkeypatch.setattr("server.service.read_audit.PAGE", 2)
    for _ in range(5):
        shop.update_settings(ACME, make_settings())
    read = ReadAudit(shop.database)
    assert len(list(read(AuditFilter(), 100))) == 5
    assert len(list(read(AuditFilter(), 3))) == 3


def test_what_is_known_of_an_origin_adds_up_and_ends_with_its_block():
    with acting_for(Origin()):
        tell_origin(request_id="r-2")
        tell_origin(subject="boss")
        assert current_origin() == Origin("boss", "", "r-2", "")
    assert current_origin() == SHOP


def test_clients_are_told_by_id_and_scopes_never_with_their_secret(shop, entries):
    class Hashes:
        def hash(self, secret):
            return f"hash of {secret}"

        def matches(self, secret_hash, secret):
            return secret_hash == self.hash(secret)

    create = CreateClient(shop.database, shop.clock, lambda: "client-1", Hashes())
    client, secret = create(ACME, "web shop", ("invoice.job_read",))
    RevokeClient(shop.database, shop.clock)(client.client_id)
    assert told(entries) == [
        ("CREATE_CLIENT", "client-1", "invoice.job_read"),
        ("REVOKE_CLIENT", "client-1", ""),
    ]
    assert secret not in repr(entries())
