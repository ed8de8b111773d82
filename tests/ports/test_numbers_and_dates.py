"""Later numbers of a sequence bear later times, whoever draws them side by side at midnight."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from server.domain.credit import Credit
from server.domain.numbering import NumberSequence, open_series
from server.service.cancel_invoice import CancelInvoice
from server.service.issue_invoices import IssueInvoices
from server.service.make_documents import MakeDocuments
from tests.builders.invoices import make_invoice
from tests.builders.settings import make_settings, make_site
from tests.builders.storage_values import ACME, add_job, write
from tests.fakes.outside import FakeClock, FakeDocuments, FakeRenderer

#: In Berlin, where the site is, the year ends between them.
BEFORE = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
AFTER = datetime(2026, 12, 31, 23, 0, 1, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(BEFORE)


@pytest.fixture
def second_at_midnight(database, waiting, clock):
    """Begins something before midnight whose number another transaction draws first, but after it.

    Gives the times at which the numbers of the sequence were issued, in the order of the numbers.
    """

    def run(sequence, second):
        pause = threading.Event()
        with ThreadPoolExecutor(1) as executor:
            with database.write() as unit:
                series = open_series(sequence, {}, AFTER.astimezone(ZoneInfo("Europe/Berlin")))
                (value,) = unit.numbers.draw(ACME, series, 1)
                first = make_invoice(1, number=series.number(value), order_id="first")
                unit.invoices.add(ACME, "job-0", [replace(first, issued_at=AFTER)])
                other = executor.submit(second)
                while not other.done() and not waiting():
                    pause.wait(0.002)  # pytest's timeout ends it
                clock.time = AFTER
                unit.commit()
            other.result()
        with database.read() as unit:
            found = unit.invoices.page(ACME, "", "", None, 9).items
        numbered = {each.invoice.number: each.invoice.issued_at for each in found}
        return [(number, numbered[number]) for number in sorted(numbered) if number[0] == "N"]

    return run


@pytest.mark.parametrize("text", ["N-", "N-__year__-"])
def test_an_invoice_that_waits_for_its_number_over_midnight_bears_the_later_date(
    database, clock, second_at_midnight, text
):
    sequence = NumberSequence("s", text, sequence_key="all")
    settings = make_settings(make_site(number_sequence="s"), number_sequences=(sequence,))
    write(database, lambda unit: add_job(unit, "job-1", 1))
    with database.write() as unit:
        chunk = unit.chunks.claim("me", BEFORE, 8)
        unit.commit()
    draft = make_invoice(1, order_id="o-0").draft

    def issue():
        draft_of_site = replace(draft, site_code=settings.sites[0].code)
        IssueInvoices(database, clock)(chunk, [draft_of_site], settings)

    first, second = second_at_midnight(sequence, issue)
    assert (first[1], second[1]) == (AFTER, AFTER)
    assert second[0] == text.replace("__year__", "2027") + "00002"


@pytest.mark.parametrize("text", ["N-", "N-__year__-"])
def test_a_credit_note_that_waits_for_its_number_over_midnight_bears_the_later_date(
    database, clock, second_at_midnight, text
):
    sequence = NumberSequence("s", text, sequence_key="all")
    settings = make_settings(
        make_site(number_sequence="s", credit_note_sequence="s"), number_sequences=(sequence,)
    )
    invoice = make_invoice(1, number="R-1", order_id="o-0")
    draft = replace(invoice.draft, site_code=settings.sites[0].code)
    write(database, lambda unit: unit.settings.put(ACME, settings))
    write(database, lambda unit: unit.invoices.add(ACME, "", [replace(invoice, draft=draft)]))
    make_documents = MakeDocuments(database, FakeRenderer(), FakeDocuments())
    cancel = CancelInvoice(database, clock, make_documents)
    first, second = second_at_midnight(sequence, lambda: cancel(ACME, "R-1", Credit()))
    assert (first[1], second[1]) == (AFTER, AFTER)
    assert second[0] == text.replace("__year__", "2027") + "00002"
