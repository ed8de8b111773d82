"""The API's own description: the OpenAPI document, and a page to read it and try it out.

Everything comes from this process; the page refers to no other host, and its policy forbids it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from aiohttp import hdrs, web
from swagger_ui_bundle import swagger_ui_path

from gateway.answers import json_answer
from gateway.channel import CONFIG

FOLDER = Path(__file__).parent / "openapi"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; "
    # Swagger UI writes style attributes, and its icons are data: URLs.
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page, held in memory."""

    content_type: str
    body: bytes


async def redirect_to_docs(_request: web.Request) -> web.Response:
    """Leads people who open the address itself to the page."""
    # Relative, so that it also holds behind a path prefix that a proxy takes off.
    return web.Response(status=302, headers={hdrs.LOCATION: "docs"})


@dataclass(frozen=True, slots=True)
class Docs:
    """Holds the description, read once."""

    document: Mapping[str, Any]
    page: Asset
    assets: Mapping[str, Asset]

    async def openapi(self, request: web.Request) -> web.Response:
        """Gives the OpenAPI document; its server is the public address."""
        servers = [{"url": request.app[CONFIG].public_url}]
        return json_answer({**self.document, "servers": servers})

    async def docs(self, _request: web.Request) -> web.Response:
        """Gives the page."""
        headers: dict[str, str] = {
            hdrs.CONTENT_SECURITY_POLICY: CONTENT_SECURITY_POLICY,
            hdrs.CACHE_CONTROL: "no-cache",
        }
        return _answer(self.page, headers)

    async def asset(self, request: web.Request) -> web.Response:
        """Gives a file of the page."""
        asset = self.assets.get(request.match_info["asset"])
        if asset is None:
            raise web.HTTPNotFound
        return _answer(asset, {hdrs.CACHE_CONTROL: "public, max-age=3600"})


def load_docs() -> Docs:
    """Reads the description and its page from disk."""
    bundle = Path(str(swagger_ui_path))
    script, style, icon = "text/javascript", "text/css", "image/png"
    return Docs(
        document=orjson.loads((FOLDER / "openapi.json").read_bytes()),
        page=Asset("text/html", (FOLDER / "docs.html").read_bytes()),
        assets={
            "docs.js": Asset(script, (FOLDER / "docs.js").read_bytes()),
            "docs.css": Asset(style, (FOLDER / "docs.css").read_bytes()),
            "swagger-ui-bundle.js": Asset(script, (bundle / "swagger-ui-bundle.js").read_bytes()),
            "swagger-ui.css": Asset(style, (bundle / "swagger-ui.css").read_bytes()),
            "favicon-32x32.png": Asset(icon, (bundle / "favicon-32x32.png").read_bytes()),
        },
    )


def _answer(asset: Asset, headers: Mapping[str, str]) -> web.Response:
    charset = "utf-8" if asset.content_type.startswith("text/") else None
    return web.Response(
        body=asset.body, content_type=asset.content_type, charset=charset, headers=headers
    )
