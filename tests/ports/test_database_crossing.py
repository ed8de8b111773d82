"""What every database promises to many who write at once: nobody waits for nobody for ever."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from server.domain.document import DocumentFormat
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    add_job,
    imported,
    in_threads,
    make_document,
    make_order,
    make_series,
    success,
    write,
)

ORDERS = [f"o-{number}" for number in range(12)]
ROUNDS = 12


def issue(unit, chance):
    """Invoices some of the orders, as a chunk does."""
    wanted = chance.sample(ORDERS, 6)
    found = unit.invoices.of_orders(ACME, wanted)
    lacking = [order_id for order_id in wanted if order_id not in found]
    counters = unit.numbers.draw(ACME, make_series(), len(lacking))
    invoices = [
        make_invoice(1, number=make_series().number(counter), order_id=order_id)
        for counter, order_id in zip(counters, lacking, strict=True)
    ]
    unit.invoices.add(ACME, "job-1", invoices)


def cancel(unit, chance):
    """Cancels one invoice and draws from the same counter, as a credit note may."""
    newest = unit.invoices.page(ACME, "", "", None, 6).items
    if newest:
        number = chance.choice(newest).invoice.number
        unit.invoices.to_credit(ACME, number)
        (counter,) = unit.numbers.draw(ACME, make_series(), 1)
        order_id = f"filler-{counter}"
        filler = make_invoice(1, number=make_series().number(counter), order_id=order_id)
        unit.invoices.add(ACME, "", [filler])
        unit.invoices.cancel(ACME, number)


def import_again(unit, chance):
    """Brings changed orders in any order, some of them new."""
    new = f"new-{chance.random()}"
    changed = [make_order(order_id) for order_id in (*chance.sample(ORDERS, 6), new)]
    unit.orders.put(ACME, [(order, str(chance.random()).encode()) for order in changed])


def record(unit, chance):
    """Records documents that others record, too."""
    newest = unit.invoices.page(ACME, "", "", None, 6).items
    numbers = [record.invoice.number for record in newest]
    chance.shuffle(numbers)
    formats = chance.sample([DocumentFormat.PDF, DocumentFormat.XRECHNUNG_CII], 2)
    unit.invoices.add_documents(
        ACME,
        [
            replace(document, format=format)
            for document in map(make_document, numbers)
            for format in formats
        ],
    )


def test_those_who_touch_the_same_rows_in_any_order_all_come_through(database):
    write(database, lambda unit: unit.orders.put(ACME, imported(*map(make_order, ORDERS))))
    works = [issue, issue, cancel, import_again, import_again, record, record, issue]

    def run(index):
        chance = random.Random(index)
        for _ in range(ROUNDS):
            with database.write() as unit:
                works[index](unit, chance)
                unit.commit()

    in_threads(len(works), run)
    with database.read() as unit:
        issued = unit.invoices.page(ACME, "", "", None, 10_000).items
        numbers = sorted(record.invoice.number for record in issued)
        assert numbers == [make_series().number(n) for n in range(1, len(issued) + 1)]
        for order_id in ORDERS:
            of_order = unit.invoices.page(ACME, order_id, "", None, 1000).items
            live = [record for record in of_order if not record.cancelled]
            summary, _ = unit.orders.get(ACME, order_id)
            assert summary.invoice_number == (live[0].invoice.number if live else "")
            assert len(live) <= 1


def test_a_job_that_many_finish_together_is_done(database):
    for turn in range(6):
        job_id = f"job-{turn}"
        with database.write() as unit:
            add_job(unit, job_id, 8)
            unit.commit()

        def work(index, job_id=job_id):
            del index
            with database.write() as unit:
                chunk = unit.chunks.claim("me", NOON, 8)
                unit.commit()
            with database.write() as unit:
                unit.chunks.finish(chunk)
                listed = unit.jobs.orders(job_id, chunk.first, 1)
                unit.jobs.record(job_id, [success(order.position) for order in listed])
                unit.jobs.close_if_complete(job_id, NOON)
                unit.commit()

        in_threads(8, work)
        with database.read() as unit:
            job = unit.jobs.get(ACME, job_id)
        assert job.done_at
        assert job.success_count == 8


def test_two_who_record_the_same_documents_in_opposite_order_both_come_through(database, waiting):
    numbers = ["R-1", "R-2", "R-3"]
    issued = [make_invoice(1, number=n, order_id=f"o-{n}") for n in numbers]
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", issued))
    documents = [make_document(number) for number in numbers]

    def record(mine):
        write(database, lambda unit: unit.invoices.add_documents(ACME, mine))

    pause = threading.Event()
    with ThreadPoolExecutor(2) as executor:
        with database.write() as unit:
            # Stops both on their way.
            unit.invoices.add_documents(ACME, [documents[1]])
            both = [executor.submit(record, mine) for mine in (documents, documents[::-1])]
            while waiting() < 2:
                pause.wait(0.002)  # pytest's timeout ends it
        for each in both:
            each.result()
    with database.read() as reader:
        assert reader.invoices.documents(ACME, "R-2") == (documents[1],)
