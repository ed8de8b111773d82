"""Every order of a chunk gets its outcome, and its invoice once, whatever else happens."""

import hashlib

from server.domain.computation import compute_invoice
from server.domain.errors import OrderRejected
from server.domain.job import JobOrderStatus, JobStatus
from tests.fakes.outside import nothing

COMPUTE = "server.service.process_chunk.compute_invoice"
SUCCESS, FAILURE = JobOrderStatus.SUCCESS, JobOrderStatus.FAILURE


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_each_order_gets_an_invoice_and_its_document(shop):
    shop.sell("A", "B", "C")
    job = shop.start("C", "A", "B")
    shop.work()
    done = shop.job(job.job_id)
    assert (done.status, done.success_count, done.failure_count) == (JobStatus.DONE, 3, 0)
    assert done.done_at == shop.clock.now()
    outcomes = shop.outcomes(job)
    assert [(o.order_id, o.invoice_number, o.message) for o in outcomes] == [
        ("C", "RE-2026-00001", ""),
        ("A", "RE-2026-00002", ""),
        ("B", "RE-2026-00003", ""),
    ]
    for (invoice, (document,)), outcome in zip(shop.invoices(), outcomes, strict=True):
        data = shop.documents.files[document.key]
        assert outcome.pdf_sha256 == document.sha256 == hashlib.sha256(data).hexdigest()
        assert document.size == len(data)
        assert document.file_name == f"{invoice.number}.pdf"
        assert document.key.startswith("acme/")


def test_bad_orders_fail_by_themselves_and_take_no_number(shop):
    shop.sell("A", "D")
    shop.sell("B", status="DECLINED")
    job = shop.start("A", "B", "missing", "D")
    shop.work()
    outcomes = shop.outcomes(job)
    assert statuses(outcomes) == [SUCCESS, FAILURE, FAILURE, SUCCESS]
    assert (outcomes[1].reason, outcomes[1].field) == ("ORDER_DECLINED", "status")
    assert outcomes[2].reason == "ORDER_NOT_FOUND"
    assert "'missing'" in outcomes[2].message
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]
    assert shop.job(job.job_id).failure_count == 2


def test_an_order_whose_font_is_not_installed_fails_before_it_takes_a_number(shop):
    shop.sell("A", "B", "C")
    shop.fonts.lacking = {"B"}
    job = shop.start("A", "B", "C")
    shop.work()
    outcomes = shop.outcomes(job)
    assert statuses(outcomes) == [SUCCESS, FAILURE, SUCCESS]
    assert (outcomes[1].reason, outcomes[1].message) == ("FONT_MISSING", "no font here draws 茶")
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]


def test_an_order_that_has_an_invoice_keeps_it(shop):
    shop.sell("A")
    first = shop.start("A")
    shop.work()
    second = shop.start("A")
    shop.work()
    (before,), (after,) = shop.outcomes(first), shop.outcomes(second)
    assert (after.status, after.invoice_number) == (SUCCESS, before.invoice_number)
    assert after.message == "The order already had this invoice; no new one was issued."
    assert (before.message, after.pdf_sha256) == ("", before.pdf_sha256)
    assert len(shop.renderer.rendered) == 1


def test_an_order_keeps_its_invoice_though_it_is_declined_or_gone_since(shop):
    shop.sell("A")
    shop.start("A")
    shop.work()
    shop.sell("A", status="DECLINED")
    job = shop.start("A")
    shop.work()
    assert statuses(shop.outcomes(job)) == [SUCCESS]


def test_two_jobs_that_hold_the_same_order_at_once_invoice_it_once(shop):
    shop.sell("A", "B", "C")
    one, other = shop.start("A", "B"), shop.start("B", "C")
    first, second = shop.claimed(), shop.claimed()
    assert first.job_id != second.job_id

    def overtake():
        # Between the numbers and the documents of the first, the second does all of its work.
        shop.renderer.before = nothing
        shop.process_chunk(second)

    shop.renderer.before = overtake
    shop.process_chunk(first)
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002", "RE-2026-00003"]
    assert statuses(shop.outcomes(one) + shop.outcomes(other)) == [SUCCESS] * 4
    mine, theirs = shop.outcomes(one)[1], shop.outcomes(other)[0]
    assert (mine.invoice_number, mine.pdf_sha256) == (theirs.invoice_number, theirs.pdf_sha256)
    assert (bool(mine.message), bool(theirs.message)) == (False, True)
    assert [len(documents) for _, documents in shop.invoices()] == [1, 1, 1]


def test_an_order_that_was_invoiced_while_it_was_computed_takes_no_number(shop, monkeypatch):
    shop.sell("A", "B")
    one, other = shop.start("A", "B"), shop.start("A")
    first, second = shop.claimed(), shop.claimed()

    def overtaken(order, settings, identifiers):
        monkeypatch.setattr(COMPUTE, compute_invoice)
        shop.process_chunk(second)
        return compute_invoice(order, settings, identifiers)

    monkeypatch.setattr(COMPUTE, overtaken)
    shop.process_chunk(first)
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]
    assert [bool(o.message) for o in shop.outcomes(one) + shop.outcomes(other)] == [
        True,
        False,
        False,
    ]


def test_an_invoice_that_cannot_be_rendered_fails_its_order_only(shop):
    shop.sell("A", "B")
    shop.renderer.refused = {"A"}
    job = shop.start("A", "B")
    shop.work()
    bad, good = shop.outcomes(job)
    assert statuses([bad, good]) == [FAILURE, SUCCESS]
    assert bad.message.startswith("Invoice RE-2026-00001 was issued, but its PDF could not be made")
    assert bad.reason == "INTERNAL"
    assert "no such glyph" not in bad.message
    # Once that is repaired, a new job finds the invoice and makes the PDF.
    shop.renderer.refused = set()
    again = shop.start("A")
    shop.work()
    (outcome,) = shop.outcomes(again)
    assert (outcome.status, outcome.invoice_number) == (SUCCESS, "RE-2026-00001")
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]


def test_a_bug_in_computing_one_order_fails_that_order_only(shop, monkeypatch):
    shop.sell("A", "B")

    def broken(order, settings, identifiers):
        if order.order_id == "A":
            raise ZeroDivisionError
        return compute_invoice(order, settings, identifiers)

    monkeypatch.setattr(COMPUTE, broken)
    job = shop.start("A", "B")
    shop.work()
    bad, good = shop.outcomes(job)
    assert (bad.status, bad.reason, good.status) == (FAILURE, "INTERNAL", SUCCESS)
    assert "fault in this service" in bad.message
    assert good.invoice_number == "RE-2026-00001"


def test_a_very_long_message_is_cut(shop, monkeypatch):
    def refuse(order, settings, identifiers):
        raise OrderRejected("x" * 5000)

    monkeypatch.setattr(COMPUTE, refuse)
    shop.sell("A")
    job = shop.start("A")
    shop.work()
    assert len(shop.outcomes(job)[0].message) == 1000
