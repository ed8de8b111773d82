"""Fuzzes what shops send: orders are imported, previewed, and invoiced by a job to its end."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import Any

import grpc
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from invoicejobs.v1 import invoice_jobs_pb2

from server.domain.job import id_problem
from tests.fuzz.order_json import Drawn, orders
from tests.fuzz.plant import Plant
from tests.fuzz.shop import Shop
from tests.fuzz.tally import Tally

#: What a job says of an order only where we are at fault, or it would take for ever.
OUR_FAULT = {"INTERNAL", "RENDERING_TOO_LONG"}
STATUSES = {
    invoice_jobs_pb2.JOB_ORDER_STATUS_SUCCESS: "SUCCESS",
    invoice_jobs_pb2.JOB_ORDER_STATUS_FAILURE: "FAILURE",
}
#: Of how many orders one is also previewed over REST.
PREVIEWED = 20
#: Of how many orders the invoice of one is read, downloaded and cancelled.
CREDITED = 8


def fuzz_orders(plant: Plant, chance: Random, inputs: int, tally: Tally) -> None:
    """Imports orders, previews some, and does a job of all of them."""
    drawn = _draw(chance.getrandbits(32), inputs)
    refused = _import(plant.shop, drawn, tally)
    for number in range(0, inputs, PREVIEWED):
        _preview(plant, drawn[number], number, tally)
    outcomes = invoice(plant.shop, drawn, tally)
    for number in range(0, inputs, CREDITED):
        _credit(plant.shop, drawn[number], number, tally)
    for number, order in enumerate(drawn):
        tally.answered(refused.get(number) or outcomes.get(order.order_id, "not in the job"))


def _draw(number: int, inputs: int) -> list[Drawn]:
    drawn: list[Drawn] = []

    @seed(number)
    @settings(
        max_examples=inputs,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: Any) -> None:
        drawn.append(data.draw(orders(f"fuzz-{number}-{len(drawn)}")))

    run()
    return drawn


def _import(shop: Shop, drawn: list[Drawn], tally: Tally) -> dict[int, str]:
    """Imports orders and gives what was refused, by its number."""
    try:
        answer = shop.bring(order.order_json for order in drawn)
    except grpc.RpcError as error:
        tally.find(-1, f"the import failed: {error}", [order.order_json for order in drawn])
        return {}
    for failure in answer.failures:
        if not failure.field or not failure.message:
            order = drawn[failure.position - 1]
            tally.find(failure.position - 1, f"refused without reason: {failure}", order.order_json)
    return {failure.position - 1: "malformed" for failure in answer.failures}


def _preview(plant: Plant, order: Drawn, number: int, tally: Tally) -> None:
    body = b'{"order":' + order.order_json + b"}"
    headers = {**plant.headers, "Content-Type": "application/json"}
    url = f"{plant.service.rest}/invoice/{plant.shop.tenant}/invoices/preview"
    answer = requests.post(url, data=body, headers=headers, timeout=60)
    if answer.status_code not in (200, 400, 429, 503):
        tally.find(number, f"the preview is {answer.status_code} {answer.text}", order.order_json)
    elif answer.ok and not answer.content.startswith(b"%PDF-"):
        tally.find(number, "the preview is no PDF", order.order_json)


def _credit(shop: Shop, order: Drawn, number: int, tally: Tally) -> None:
    try:
        invoiced = shop.invoice_of(order.order_id)
        if invoiced is None:
            return
        note = shop.cancel(invoiced.invoice_number)
        pages = [shop.download(each.invoice_number) for each in (invoiced, note)]
    except grpc.RpcError as error:
        tally.find(number, f"its credit note: {error}", order.order_json)
        return
    if note.totals.tax_inclusive != invoiced.totals.tax_inclusive:
        tally.find(number, "its credit note is of another amount", order.order_json)
    if not all(pdf.startswith(b"%PDF-") for pdf in pages):
        tally.find(number, "its documents are no PDFs", order.order_json)


def invoice(shop: Shop, drawn: list[Drawn], tally: Tally) -> dict[str, str]:
    """Does a job of orders to its end and gives what became of each, by its id."""
    by_id = {order.order_id: number for number, order in enumerate(drawn)}
    order_ids = [order_id for order_id in by_id if order_id and not id_problem(order_id)]
    begin = time.monotonic()
    try:
        job_id, outcomes = shop.invoice(order_ids)
    except (grpc.RpcError, TimeoutError) as error:
        tally.find(-1, f"the job failed: {error}", [order.order_json for order in drawn])
        return {}
    tally.slowest = max(tally.slowest, time.monotonic() - begin)
    seen = Counter(outcome.order_id for outcome in outcomes)
    if seen != Counter(order_ids):
        tally.find(-1, f"the job {job_id} lists other orders than it was given")
    became = {}
    for outcome in outcomes:
        became[outcome.order_id] = STATUSES.get(outcome.order_status, "PENDING")
        failed = outcome.order_status == invoice_jobs_pb2.JOB_ORDER_STATUS_FAILURE
        if outcome.reason in OUR_FAULT or (failed and not (outcome.reason and outcome.message)):
            number = by_id.get(outcome.order_id, -1)
            input_ = drawn[number].order_json if number >= 0 else outcome.order_id
            tally.find(number, f"{outcome.reason}: {outcome.message}", input_)
    return became
