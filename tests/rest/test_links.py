"""Download links through the real gateway and the real gRPC door, with and without tokens."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from yarl import URL

from gateway.answers import NO_HEADERS
from gateway.serving import running
from server.domain.document import Document, DocumentFormat
from server.domain.job import Job, JobOrder, JobOrderStatus
from server.domain.tenant import Tenant
from server.rpc.authentication import Authentication
from server.rpc.links import link_check
from server.service.links import CheckLink, GivenKeys, SignLinks
from tests.builders import tokens
from tests.builders.storage_values import NOON, make_job
from tests.builders.tokens import token
from tests.fakes.outside import FakeClock
from tests.grpc.door import open_door
from tests.rest.service import config_for, read_error

ACME = Tenant("acme")
CONTENT = b"%PDF of RE/1"
#: A number that must be quoted in a link.
NUMBER = "RE/1 ü"
DOCUMENT = Document(
    invoice_number=NUMBER,
    format=DocumentFormat.PDF,
    media_type="application/pdf",
    file_name="RE-1.pdf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    key="x",
)
JOB = "/invoice/acme/jobs/invoices/1"
READ_JOBS = "tenant=acme invoice.job_read"
#: Where a proxy has the gateway.
PREFIX = "https://shop.example/api"


def _may(scope: str) -> dict[str, str]:
    """Makes the headers of a caller with a scope. Not once for all tests: a token soon expires."""
    return {"Authorization": f"Bearer {token(scope)}"}


class Links:
    """A client of a service whose time a test moves."""

    def __init__(self, client: aiohttp.ClientSession, clock: FakeClock) -> None:
        self.client = client
        self.clock = clock

    async def fresh(self) -> str:
        """Reads the job's link, and gives what a proxy makes of it."""
        async with self.client.get(JOB, headers=_may(READ_JOBS)) as answer:
            assert answer.status == 200
            link: str = (await answer.json())["orders"][0]["downloadLink"]
        assert link.startswith(f"{PREFIX}/invoice/acme/invoices/")
        return link.removeprefix(PREFIX)

    @asynccontextmanager
    async def open(
        self, link: str, method: str = "GET", headers: Mapping[str, str] = NO_HEADERS
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self.client.request(method, URL(link, encoded=True), headers=headers) as answer:
            yield answer

    async def refusal(
        self, link: str, status: int = 403, headers: Mapping[str, str] = NO_HEADERS
    ) -> str:
        async with self.open(link, "GET", headers) as answer:
            assert answer.content_type == "application/json"
            assert answer.headers["Cache-Control"] == "no-store"
            detail: str = (await read_error(answer, status))["detailInfo"]
            return detail


def _read_job(tenant: Tenant, job_id: str, *_page: int) -> tuple[Job, list[JobOrder]]:
    job = make_job(job_id, tenant, done_at=NOON, order_count=1, success_count=1)
    order = JobOrder(
        0, "o", JobOrderStatus.SUCCESS, invoice_number=NUMBER, pdf_sha256=DOCUMENT.sha256
    )
    return job, [order]


def _download(
    _tenant: Tenant, _number: str, _format: Any, _sha256: str, offset: int, length: int
) -> tuple[Document, Iterator[bytes]]:
    return DOCUMENT, iter([CONTENT[offset : offset + length if length else None]])


@pytest.fixture(params=["jwt", "off"])
async def links(request: pytest.FixtureRequest) -> AsyncIterator[Links]:
    keys, clock = GivenKeys({"k": b"s" * 32}), FakeClock()
    verifier = tokens.verifier() if request.param == "jwt" else None
    async with (
        open_door(
            authentication=Authentication(verifier, link_check(CheckLink(keys, clock))),
            read_job=_read_job,
            download_invoice=_download,
            sign_links=SignLinks(keys, clock, timedelta(days=7)),
        ) as door,
        running(config_for(f"127.0.0.1:{door.port}", AUTH=request.param, PUBLIC_URL=PREFIX)) as url,
        aiohttp.ClientSession(url) as client,
    ):
        yield Links(client, clock)


async def test_a_link_opens_without_a_token_and_is_kept_by_no_shared_cache(links: Links) -> None:
    link = await links.fresh()
    async with links.open(link) as answer:
        assert (answer.status, await answer.read()) == (200, CONTENT)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        etag = answer.headers["ETag"]
    async with links.open(link, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304
    async with links.open(link, headers={"Range": "bytes=1-3"}) as answer:
        assert (answer.status, await answer.read()) == (206, CONTENT[1:4])
    async with links.open(link, "HEAD") as answer:
        assert (answer.status, answer.content_length) == (200, len(CONTENT))


async def test_an_expired_link_says_so_and_the_next_read_gives_another(links: Links) -> None:
    link = await links.fresh()
    links.clock.advance(days=8)
    assert await links.refusal(link) == "LINK_EXPIRED"
    # Also to a browser that has the document.
    seen = f'"{DOCUMENT.sha256}"'
    assert await links.refusal(link, headers={"If-None-Match": seen}) == "LINK_EXPIRED"
    async with links.open(link, "HEAD") as answer:
        assert answer.status == 403
    async with links.open(await links.fresh()) as answer:
        assert answer.status == 200


async def test_a_changed_link_opens_nothing(links: Links) -> None:
    link = await links.fresh()
    path, signature = link.split("?signature=")
    other = base64.urlsafe_b64encode(b"x" * 32).rstrip(b"=").decode()
    for changed in (
        link.replace("/acme/", "/other/"),
        link.replace("RE%2F1", "RE%2F2"),
        link.replace(DOCUMENT.sha256, "0" * 64),
        f"{path}?signature={signature[:-1]}",
        f"{path}?signature={signature.rsplit('.', 1)[0]}.{other}",
        f"{path}?signature=",
        f"{path}?signature=%00",
        f"{path}?signature=%C3%BC",
        f"{path}?signature={'x' * 3000}",
        f"{path}?signature={signature}&signature={signature}",
    ):
        assert await links.refusal(changed) == "LINK_INVALID", changed


@pytest.mark.parametrize("links", ["jwt"], indirect=True)
async def test_where_there_is_a_token_it_alone_counts(links: Links) -> None:
    link = await links.fresh()
    path = link.partition("?")[0]
    assert await links.refusal(path, 401) == "TOKEN_MISSING"
    assert await links.refusal(link, headers=_may(READ_JOBS)) == "SCOPE_MISSING"
    for opened in (path, link):
        async with links.open(opened, headers=_may("tenant=acme invoice.invoice_read")) as answer:
            assert (answer.status, await answer.read()) == (200, CONTENT)
    other = _may("tenant=other invoice.invoice_read")
    assert await links.refusal(path, headers=other) == "OTHER_TENANT"


@pytest.mark.parametrize("links", ["off"], indirect=True)
async def test_where_nobody_needs_a_token_the_path_alone_opens(links: Links) -> None:
    async with links.open((await links.fresh()).partition("?")[0]) as answer:
        assert (answer.status, await answer.read()) == (200, CONTENT)
