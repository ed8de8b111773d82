"""A job is followed, cancelled and tried again through both doors, by real processes."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.service import ROOT, START, Service

TEMPLATE = json.loads((ROOT / "examples/orders/01-b2c-domestic-gross.json").read_bytes())
ORDER_IDS = [f"order-{n}" for n in range(120)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Service]:
    """A service that works in small steps, with a tenant's settings and many orders."""
    service = Service(tmp_path, INVOICEJOBS_WORK_PROCESSES="1", INVOICEJOBS_CHUNK_SIZE="5")
    service.start()
    service.start_gateway()
    service.save_settings("acme")
    service.import_orders(
        "acme", [json.dumps(TEMPLATE | {"id": order_id}).encode() for order_id in ORDER_IDS]
    )
    yield service
    service.stop()


def _events(service: Service, job_id: str, last_id: str = "") -> Iterator[tuple[str, str, Any]]:
    """Gives each event's kind, id and data as it comes, until the stream ends."""
    url = f"{service.rest}/invoice/acme/jobs/invoices/{job_id}/events"
    request = urllib.request.Request(url, headers={"Last-Event-ID": last_id})
    fields: dict[str, str] = {}
    with urllib.request.urlopen(request, timeout=START) as response:
        for line in response:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
                continue
            if "data" in fields:
                yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
            fields = {}


def _post(service: Service, path: str, body: object) -> Any:
    request = urllib.request.Request(
        f"{service.rest}/invoice/acme/jobs/invoices{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=START) as response:
        return json.load(response)


def _create(service: Service, order_ids: list[str]) -> str:
    job_id: str = _post(service, "", {"jobType": "MANUAL", "orderIds": order_ids})["jobId"]
    return job_id


def _command(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli", "--target", service.target, "--tenant", "acme"]
    return subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=90, check=False
    )


def test_every_outcome_is_told_once_while_the_job_runs_and_done_comes_last(shop: Service) -> None:
    job_id = _create(shop, ORDER_IDS)
    events = list(_events(shop, job_id))
    told = [data["orderId"] for kind, _, data in events if kind == "outcome"]
    assert sorted(told) == sorted(ORDER_IDS)
    assert [kind for kind, _, _ in events].index("done") == len(events) - 1
    done = events[-1][2]
    assert (done["jobStatus"], done["successCount"], done["pendingCount"]) == ("DONE", 120, 0)
    counts = [data["successCount"] for kind, _, data in events if kind == "progress"]
    assert counts == sorted(counts)


def test_a_watcher_goes_on_where_it_was_after_the_server_was_killed(shop: Service) -> None:
    job_id = _create(shop, ORDER_IDS)
    told: list[str] = []
    last_id = ""
    for kind, event_id, data in _events(shop, job_id):
        if kind == "outcome":
            told.append(data["orderId"])
        last_id = event_id or last_id
        if event_id and told:
            break
    shop.kill()
    shop.start()
    shop.wait("acme", job_id)
    rest = [
        data["orderId"] for kind, _, data in _events(shop, job_id, last_id) if kind == "outcome"
    ]
    assert sorted(told + rest) == sorted(ORDER_IDS)


def test_what_was_cancelled_is_tried_again(shop: Service) -> None:
    job_id = _create(shop, ORDER_IDS)
    _post(shop, f"/{job_id}/cancel", {})
    *_, (_, _, done) = _events(shop, job_id)
    assert done["cancelTime"]
    assert done["successCount"] + done["failureCount"] == len(ORDER_IDS)
    if not done["failureCount"]:  # it was quicker than we were
        return
    retried = _command(shop, "jobs", "retry", job_id, "--watch")
    assert retried.returncode == 0, retried.stderr
    assert f"{done['failureCount']} invoiced, 0 failed, 0 pending" in retried.stdout
    listed = _command(shop, "jobs", "list", "--type", "MANUAL", "--json").stdout.splitlines()
    assert [json.loads(line)["retryOf"] for line in listed] == [job_id, ""]


def test_the_command_tells_which_orders_failed(shop: Service) -> None:
    watched = _command(shop, "jobs", "create", "--order", "order-1", "--order", "none", "--watch")
    assert watched.returncode == 1, watched.stderr
    assert "\nnone: " in watched.stdout
    assert "2: 1 invoiced, 1 failed, 0 pending" in watched.stdout
