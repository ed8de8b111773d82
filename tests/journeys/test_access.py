"""A client of the documented API gets its token from the same host and does its work with it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.service import ROOT, Service

ORDER = (ROOT / "examples/orders/01-b2c-domestic-gross.json").read_bytes()


class Shop:
    """A program that knows the host, its id and its secret, and nothing else."""

    def __init__(self, service: Service, client: dict[str, Any]) -> None:
        self._rest = service.rest
        form = {
            "grant_type": "client_credentials",
            "client_id": client["clientId"],
            "client_secret": client["clientSecret"],
        }
        asked = urllib.request.Request(
            f"{self._rest}/oauth/token", urllib.parse.urlencode(form).encode()
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            self.token = json.load(answer)

    def ask(self, path: str, body: Any = None, status: int = 200) -> Any:
        headers = {"Authorization": f"{self.token['token_type']} {self.token['access_token']}"}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        asked = urllib.request.Request(f"{self._rest}{path}", data, headers)
        with contextlib.closing(_answer(asked)) as answer:
            assert answer.status == status, answer.read()
            return json.load(answer)


def _answer(asked: urllib.request.Request) -> Any:
    try:
        return urllib.request.urlopen(asked, timeout=30)
    except urllib.error.HTTPError as error:
        return error


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Service]:
    """The whole service with INVOICEJOBS_AUTH=jwt."""
    service = Service(tmp_path, INVOICEJOBS_AUTH="jwt", INVOICEJOBS_WORK_PROCESSES="1")
    service.start()
    try:
        service.start_gateway()
        yield service
    finally:
        service.stop()


def _command(service: Service, *arguments: str, **environment: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}
    given = {f"INVOICEJOBS_{name}": value for name, value in environment.items()}
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "--tenant", "acme", *arguments],
        cwd=ROOT,
        env=kept
        | {"INVOICEJOBS_DATA_DIR": str(service.data), "INVOICEJOBS_GRPC_TARGET": service.target}
        | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr + service.log()
    return done.stdout


def _client(service: Service, *scopes: str) -> dict[str, Any]:
    options = [f"--scope={scope}" for scope in scopes]
    made = _command(service, "clients", "create", "shop", *options, "--json")
    return dict(json.loads(made))


def test_a_shop_makes_its_invoice_with_a_token_from_the_same_host(locked: Service) -> None:
    keeper = _client(locked, "invoice.settings_manage", "order.order_manage")
    entry = {"CLIENT_ID": keeper["clientId"], "CLIENT_SECRET": keeper["clientSecret"]}
    _command(locked, "settings", "set", "examples/settings.json", **entry)
    _command(locked, "orders", "import", "examples/orders/01-b2c-domestic-gross.json", **entry)
    shop = Shop(locked, _client(locked))
    assert shop.token["scope"].startswith("tenant=acme invoice.job_manage")
    order_id = json.loads(ORDER)["id"]
    jobs = "/invoice/acme/jobs/invoices"
    job_id = shop.ask(jobs, {"jobType": "MANUAL", "orderIds": [order_id]}, 201)["jobId"]
    while (job := shop.ask(f"{jobs}/{job_id}"))["jobStatus"] != "DONE":
        pass
    (order,) = job["orders"]
    assert order["orderStatus"] == "SUCCESS"
    invoice = shop.ask(f"/invoice/acme/invoices/{order['invoiceNumber']}")
    assert invoice["invoiceNumber"] == order["invoiceNumber"]
    # Its link opens without a token, for as long as it says, and for nothing else.
    link = order["downloadLink"]
    with urllib.request.urlopen(link, timeout=30) as answer:
        assert answer.read().startswith(b"%PDF-")
    unsigned, _, signature = link.partition("?signature=")
    for wrong, status in ((unsigned, 401), (f"{unsigned}?signature=1{signature}", 403)):
        with pytest.raises(urllib.error.HTTPError) as refused_link:
            urllib.request.urlopen(wrong, timeout=30)
        with refused_link.value as answer:
            assert answer.code == status
    # What it may not do, and whose data it may not see.
    cancel = f"/invoice/acme/invoices/{order['invoiceNumber']}/cancel"
    refused = shop.ask(cancel, {"reason": "x"}, 403)
    assert refused["details"] == ["missing scope: invoice.invoice_manage"]
    assert shop.ask("/invoice/other/jobs/invoices", status=403)["detailInfo"] == "OTHER_TENANT"
    assert shop.ask(f"{jobs}/unknown", status=404)
    log = locked.log()
    assert shop.token["access_token"] not in log
    assert keeper["clientSecret"] not in log


def test_the_guide_runs_as_it_is_pasted(locked: Service, tmp_path: Path) -> None:
    guide = (ROOT / "docs/access.md").read_text()
    text = "\n".join(re.findall(r"^```sh\n(.*?)^```", guide, re.DOTALL | re.MULTILINE))
    for pasted, here in (
        ("http://127.0.0.1:8080", locked.rest),
        ("127.0.0.1:50051", locked.target),
        ("var/", f"{tmp_path}/"),
    ):
        text = text.replace(pasted, here)
    done = subprocess.run(
        ["bash", "-euc", text],
        cwd=ROOT,
        env=os.environ
        | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "INVOICEJOBS_DATA_DIR": str(locked.data),
            "INVOICEJOBS_GRPC_TARGET": locked.target,
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{locked.log()}"
    assert '"jobId"' in done.stdout
    assert '"jobType": "JOB_TYPE_MANUAL"' in done.stdout
