"""The page to read and try the API: complete, and on its own."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp
import pytest

from tests.rest.service import fake_service, read_error


class Addresses(HTMLParser):
    """Collects all addresses a page refers to, and whether it holds scripts of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline_scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found += [values[name] or "" for name in ("src", "href") if name in values]
        self.inline_scripts += tag == "script" and "src" not in values


async def read_page(client: aiohttp.ClientSession) -> Addresses:
    async with client.get("/docs") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        page = Addresses()
        page.feed(await response.text())
    return page


async def test_the_root_leads_to_the_page(client, service):
    async with client.get("/") as response:
        assert str(response.url) == f"{service.url}/docs"
        assert response.status == 200


async def test_everything_the_page_refers_to_comes_from_the_same_host(client, service):
    page = await read_page(client)
    assert len(page.found) >= 5
    for address in page.found:
        url = urljoin(f"{service.url}/docs", address)
        assert url.startswith(f"{service.url}/")
        async with client.get(url) as response:
            assert response.status == 200
            assert len(await response.read()) > 0
        expected = {
            ".css": "text/css", ".js": "text/javascript", ".png": "image/png",
            "json": "application/json",
        }  # fmt: skip
        assert response.content_type == next(v for k, v in expected.items() if url.endswith(k))


async def test_our_own_files_name_no_other_host(client):
    for path in ("/docs", "/docs/docs.js", "/docs/docs.css"):
        async with client.get(path) as response:
            assert not re.search(r"(https?:)?//[\w.-]+\.\w", await response.text())


async def test_the_styles_load_nothing_from_elsewhere(client):
    async with client.get("/docs/swagger-ui.css") as response:
        addresses = re.findall(r"url\(([^)]*)\)", await response.text())
    assert [a for a in addresses if not a.strip("\"'").startswith("data:")] == []


async def test_the_pages_policy_allows_nothing_from_elsewhere(client):
    async with client.get("/docs") as response:
        policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self'; ")
    assert "http" not in policy
    assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", "")
    assert (await read_page(client)).inline_scripts == 0


async def test_no_badge_asks_a_validator_outside(client):
    async with client.get("/docs/docs.js") as response:
        assert "validatorUrl: null" in await response.text()


@pytest.mark.parametrize("asset", ["x.js", "swagger-ui-bundle.js.map", "..%2Fopenapi.json", "%00"])
async def test_no_other_file_is_given(client, asset):
    async with client.get(f"/docs/{asset}") as response:
        await read_error(response, 404)


async def test_the_page_works_behind_a_path_prefix():
    async with (
        fake_service(PUBLIC_URL="https://shop.example/api") as (service, _),
        aiohttp.ClientSession(service.url) as client,
    ):
        for address in (await read_page(client)).found:
            assert urljoin("https://shop.example/api/docs", address).startswith(
                "https://shop.example/api/"
            )
        async with client.get("/", allow_redirects=False) as response:
            target = urljoin("https://shop.example/api/", response.headers["Location"])
            assert target == "https://shop.example/api/docs"
