"""An order whose invoice ends every process that draws it fails alone."""

from __future__ import annotations

import re
import subprocess

import pytest
from invoicejobs.v1 import invoice_jobs_pb2

from server.work.render_alone import TRIES_ALONE
from tests.journeys.service import Service, small_orders
from tests.torture.poisoned import POISON

ORDERS = 30


class PoisonedService(Service):
    """A service that draws with `tests.torture.poisoned`."""

    def run(self, *module: str, **settings: str) -> subprocess.Popen[bytes]:
        return super().run("tests.torture.poisoned", *module[1:], **settings)


@pytest.fixture
def service(tmp_path):
    service = PoisonedService(
        tmp_path,
        INVOICEJOBS_WORK_PROCESSES="1",
        INVOICEJOBS_CHUNK_SIZE="10",
    )
    service.start()
    yield service
    service.stop()


def test_an_order_that_kills_the_renderer_fails_alone_after_three_tries(service):
    order_ids = [f"order-{n}" for n in range(ORDERS)]
    order_ids[ORDERS // 2] = POISON
    service.save_settings("acme")
    service.import_orders("acme", small_orders(order_ids))
    job_id = service.create_job("acme", order_ids)
    service.wait("acme", job_id)
    failed = {
        outcome.order_id: outcome.reason
        for outcome in service.job_orders("acme", job_id)
        if outcome.order_status != invoice_jobs_pb2.JOB_ORDER_STATUS_SUCCESS
    }
    assert failed == {POISON: "INTERNAL"}
    assert service.job("acme", job_id).success_count == ORDERS - 1
    tries = re.findall(
        r"rendering invoice '(\S+)' as pdf ended its process", service.log(), re.IGNORECASE
    )
    assert len(tries) == TRIES_ALONE
    assert len(set(tries)) == 1
