"""However much one caller has to render, another one's single invoice is drawn soon."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.domain.document import DocumentFormat
from server.work.render_pool import MOST_AT_ONCE, RenderPool
from tests.builders.invoices import make_invoice
from tests.fakes.outside import as_bytes, fake_document, fake_preview, nothing

PDF = DocumentFormat.PDF
MANY = 300


def draw(invoice, format):
    """Draws an invoice slowly and notes that it did. At module level, to be found by name."""
    name, _, folder = invoice.number.partition(" ")
    time.sleep(0.002)  # not to wait for anything: it is what takes long
    Path(folder, name).touch()
    return fake_document(invoice, format)


def test_a_single_invoice_waits_for_a_few_of_a_large_batch_only(tmp_path):
    pool = RenderPool(draw, fake_preview, nothing, 1)

    def drawn():
        return len(list(tmp_path.iterdir()))

    def tasks(*names):
        return [(make_invoice(2, number=f"{name} {tmp_path}"), PDF) for name in names]

    many = tasks(*(f"many-{n}" for n in range(MANY)))
    never = threading.Event()
    try:
        with ThreadPoolExecutor(1) as threads:
            large = threads.submit(pool.render, many, as_bytes)
            while not (drawn() or large.done()):
                never.wait(0.001)
            before = drawn()
            pool.render(tasks("single"), as_bytes)
            # What was given to the processes by then, and what is begun while it comes back.
            assert drawn() - before <= 5 * MOST_AT_ONCE
            assert large.result() == [fake_document(*task) for task in many]
    finally:
        pool.close()
