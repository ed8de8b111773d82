"""The documented REST endpoints as a client sees them; the demo shows the service through them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

POLL_EVERY = 0.1  # seconds
DONE_WITHIN = 120.0  # seconds
TIMEOUT = 30.0  # seconds


class RestError(Exception):
    """The gateway answered something else than was asked for."""


class RestClient:
    """Calls the gateway at an address such as http://127.0.0.1:8080."""

    def __init__(self, url: str, tenant: str) -> None:
        self._jobs = f"{url}/invoice/{tenant}/jobs/invoices"
        self._invoices = f"{url}/invoice/{tenant}/invoices"

    def create_job(self, job_type: str, order_ids: Sequence[str] = ()) -> str:
        """Creates a job and gives its id."""
        body: dict[str, Any] = {"jobType": job_type}
        if order_ids:
            body["orderIds"] = list(order_ids)
        answer = orjson.loads(request("POST", self._jobs, http.client.CREATED, body))
        job_id: str = answer["jobId"]
        return job_id

    def wait_for_job(self, job_id: str) -> list[dict[str, Any]]:
        """Polls a job until it is done and gives its orders. Raises RestError when it never is."""
        ends = time.monotonic() + DONE_WITHIN
        while True:
            job = orjson.loads(request("GET", f"{self._jobs}/{job_id}", http.client.OK))
            if job["jobStatus"] == "DONE":
                orders: list[dict[str, Any]] = job["orders"]
                return orders
            if time.monotonic() > ends:
                raise RestError(f"Job {job_id} was not done within {DONE_WITHIN:g} seconds.")
            time.sleep(POLL_EVERY)

    def documents(self, number: str) -> list[dict[str, Any]]:
        """Lists the documents of an invoice."""
        url = f"{self._invoices}/{quote(number, safe='')}"
        documents: list[dict[str, Any]] = orjson.loads(request("GET", url, http.client.OK))[
            "documents"
        ]
        return documents


def request(method: str, url: str, expected: int, body: object = None) -> bytes:
    """Makes one request, with a body as JSON. Raises RestError for another status."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request(
            method,
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            body=None if body is None else orjson.dumps(body),
            headers={} if body is None else {"Content-Type": "application/json"},
        )
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise RestError(f"{method} {url} failed: {error}.") from error
    finally:
        connection.close()
    if response.status != expected:
        text = content[:500].decode(errors="replace")
        raise RestError(f"{method} {url} answered {response.status}: {text}")
    return content
