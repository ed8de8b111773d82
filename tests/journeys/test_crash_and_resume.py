"""A server that is killed loses nothing, doubles nothing and skips nothing."""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections import Counter
from pathlib import Path

from invoicejobs.v1 import invoice_jobs_pb2, invoices_pb2

from tests.journeys.service import Service, small_orders

ORDERS = 1200
KILLS = 4


def _document_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_job_killed_again_and_again_ends_with_every_order_invoiced_once_without_a_gap(
    tmp_path: Path,
) -> None:
    # Small chunks and few render processes leave more moments to be killed in.
    service = Service(tmp_path, INVOICEJOBS_WORK_PROCESSES="1", INVOICEJOBS_CHUNK_SIZE="10")
    chance = random.Random(20261122)
    orders = [f"order-{n}" for n in range(ORDERS)]
    service.start()
    try:
        service.save_settings("acme")
        service.import_orders("acme", small_orders(orders))
        job_id = service.create_job("acme", orders)
        kills = 0
        for share in range(KILLS):
            _wait_for_progress(service, job_id, ORDERS * share // (KILLS + 1))
            time.sleep(chance.uniform(0, 0.1))  # not to synchronize: to hit any moment
            if service.job("acme", job_id).pending_count:
                kills += 1
            service.kill()
            service.start()
        service.wait("acme", job_id)
        assert kills >= 2, "the job was over too soon to prove anything"
        _assert_nothing_lost_or_doubled(service, job_id, orders)
    finally:
        service.stop()


def _wait_for_progress(service: Service, job_id: str, done: int) -> None:
    while True:
        job = service.job("acme", job_id)
        if job.success_count >= done or job.job_status == invoice_jobs_pb2.JOB_STATUS_DONE:
            return


def _assert_nothing_lost_or_doubled(service: Service, job_id: str, orders: list[str]) -> None:
    job = service.job("acme", job_id)
    outcomes = service.job_orders("acme", job_id)
    assert (job.success_count, job.failure_count, job.pending_count) == (ORDERS, 0, 0)
    assert [o.order_id for o in outcomes] == orders
    assert {o.message for o in outcomes} == {""}, "an order of this job was invoiced by no other"
    numbers = [o.invoice_number for o in outcomes]
    assert Counter(numbers).most_common(1)[0][1] == 1
    counters = sorted(int(re.sub(r"^RE-\d{4}-", "", n)) for n in numbers)
    assert counters == list(range(1, ORDERS + 1))
    for outcome in (outcomes[0], outcomes[ORDERS // 2], outcomes[-1]):
        pieces = service.invoices.DownloadInvoice(
            invoices_pb2.DownloadInvoiceRequest(
                tenant="acme", invoice_number=outcome.invoice_number
            )
        )
        data = b"".join(piece.data for piece in pieces)
        assert hashlib.sha256(data).hexdigest() == outcome.pdf_sha256
    files = _document_files(service.data / "documents")
    kept = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files}
    assert {path.stem for path in files} == set(kept), "every file bears the hash of its bytes"
    assert {o.pdf_sha256 for o in outcomes} <= set(kept)
