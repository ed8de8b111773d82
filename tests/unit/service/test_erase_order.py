"""Erasing an order leaves nothing of it but what the law wants kept."""

import logging

import pytest
from sqlalchemy import event

from server.domain.credit import Credit
from server.domain.errors import Conflict, NotFound
from server.domain.job import JobOrderStatus
from server.service.archive_findings import Finding
from server.service.erase_order import ERASED, EraseOrder
from server.service.verify_archive import Asked, VerifyArchive
from tests.builders.cancellation import SETTINGS
from tests.unit.service.conftest import ACME


@pytest.fixture
def erase(shop):
    return lambda order_id: EraseOrder(shop.database, shop.clock)(ACME, order_id)


def order(shop, order_id):
    with shop.database.read() as unit:
        return unit.orders.get(ACME, order_id)


def test_the_order_goes_and_its_invoice_stays(shop, erase):
    shop.sell("o-1", "o-2")
    shop.start("o-1", "o-2")
    shop.work()
    before, files = shop.invoices(), dict(shop.documents.files)
    erased = erase("o-1")
    assert (erased.order, erased.invoice_numbers) == (True, (before[0][0].number,))
    assert order(shop, "o-1") is None
    assert order(shop, "o-2")
    assert shop.invoices() == before
    assert shop.documents.files == files
    found: list[Finding] = []
    VerifyArchive(shop.database, shop.documents, lambda: None)(
        Asked(), found.append, lambda *_: None
    )
    assert found == []


def test_what_jobs_say_of_it_goes_and_what_became_of_it_stays(shop, erase):
    shop.sell("o-1", status="DECLINED")
    job = shop.start("o-1", "o-2")
    shop.work()
    other = shop.outcomes(job)[1]
    erase("o-1")
    outcome = shop.outcomes(job)[0]
    assert (outcome.status, outcome.message, outcome.field) == (JobOrderStatus.FAILURE, ERASED, "")
    assert outcome.reason
    assert shop.outcomes(job)[1] == other
    assert shop.job(job.job_id).failure_count == 2


def test_an_order_that_waits_for_its_invoice_is_refused_until_it_has_it(shop, erase):
    shop.sell("o-1")
    shop.start("o-1")
    with pytest.raises(Conflict, match="waits in a job"):
        erase("o-1")
    assert order(shop, "o-1")
    shop.work()
    assert erase("o-1").order


def test_an_order_that_has_its_invoice_may_wait_in_another_job(shop, erase):
    shop.sell("o-1")
    shop.start("o-1")
    shop.work()
    job = shop.start("o-1")
    erase("o-1")
    shop.work()
    assert [o.invoice_number for o in shop.outcomes(job)] == shop.numbers()


def test_erasing_again_is_harmless_and_an_unknown_order_is_said_to_be_unknown(shop, erase):
    shop.sell("o-1")
    shop.start("o-1")
    shop.work()
    erase("o-1")
    again = erase("o-1")
    assert (again.order, again.outcomes) == (False, 0)
    with pytest.raises(NotFound):
        erase("o-404")


def test_an_order_that_failed_is_erased_as_often_as_one_likes(shop, erase):
    shop.sell("o-1", status="DECLINED")
    shop.start("o-1")
    shop.work()
    assert erase("o-1").outcomes == 1
    again = erase("o-1")
    assert (again.order, again.outcomes, again.invoice_numbers) == (False, 0, ())


def test_a_cancelled_invoice_and_its_credit_note_are_named_as_kept(shop, erase):
    shop.save(SETTINGS)
    shop.sell("o-1")
    shop.start("o-1")
    shop.work()
    shop.cancel_invoice(ACME, shop.numbers()[0], Credit("damaged"))
    first = erase("o-1")
    assert first.invoice_numbers == tuple(shop.numbers())
    assert len(first.invoice_numbers) == 2
    again = erase("o-1")
    assert (again.order, again.invoice_numbers) == (False, first.invoice_numbers)


def test_nothing_that_the_order_ever_said_is_left_in_the_file(shop, erase, tmp_path):
    # As SQLite is built by default; that of some distributions overwrites by itself.
    writer = shop.database._engines.writer
    writer.dispose()
    event.listen(
        writer, "connect", lambda raw, _: raw.execute("PRAGMA secure_delete=OFF"), insert=True
    )
    shop.sell("o-1", note=["old-secret@example.org"] * 300)
    shop.sell("o-1", note=["new-secret@example.org"])
    erase("o-1")
    assert shop.database.forget_log()
    left = b"".join(file.read_bytes() for file in tmp_path.glob("invoicejobs.db*"))
    assert b"secret@example" not in left


def test_a_log_that_somebody_still_reads_is_said_to_be_there(shop, erase):
    shop.sell("o-1")
    writer = shop.database._engines.writer
    writer.dispose()
    event.listen(writer, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=1"))
    with shop.database.read() as unit:
        assert unit.orders.get(ACME, "o-1")
        erase("o-1")
        assert not shop.database.forget_log()
    assert shop.database.forget_log()


def test_the_log_says_what_was_erased_without_saying_it(shop, erase, caplog):
    caplog.set_level(logging.INFO, logger="server.audit")
    shop.sell("o-1")
    erase("o-1")
    (line,) = [r.getMessage() for r in caplog.records if r.name == "server.audit"]
    assert "'o-1'" in line
    assert "acme" in line
