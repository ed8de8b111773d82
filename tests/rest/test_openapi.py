"""The OpenAPI document: valid, complete, true, and compatible with the published one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_30

from gateway.app import make_app
from tests.rest.service import (
    add_documented_examples,
    config_for,
    fake_service,
)

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "gateway/openapi/openapi.json").read_bytes())
PUBLISHED = json.loads((Path(__file__).parent / "published-openapi.json").read_bytes())

#: Pages for people, which a description for programs does not list.
PAGES = {"/", "/docs", "/docs/{asset}"}

METHODS = {"get", "head", "post", "put", "patch", "delete"}


async def test_the_served_document_is_the_file_with_the_public_address():
    async with fake_service() as (service, _), aiohttp.ClientSession(service.url) as client:
        served_document = await (await client.get("/openapi.json")).json()
    assert served_document == {**DOCUMENT, "servers": [{"url": service.url}]}


async def test_the_served_document_has_the_address_behind_a_proxy():
    async with (
        fake_service(PUBLIC_URL="https://shop.example/api") as (service, _),
        aiohttp.ClientSession(service.url) as client,
    ):
        served_document = await (await client.get("/openapi.json")).json()
    assert served_document["servers"] == [{"url": "https://shop.example/api"}]


def test_the_document_is_valid_openapi():
    jsonschema_rs.Draft4Validator(OPENAPI_30).validate(DOCUMENT)


def test_every_reference_leads_somewhere():
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(DOCUMENT))
    for reference in found:
        node = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    # These are named by `security`, which knows no references.
    kinds = {k: v for k, v in DOCUMENT["components"].items() if k != "securitySchemes"}
    assert found == {f"#/components/{kind}/{name}" for kind in kinds for name in kinds[kind]}


def test_every_route_is_in_the_document_and_the_other_way_round():
    routes = {
        (route.method, route.resource.canonical)
        for route in make_app(config_for("127.0.0.1:1")).router.routes()
        if route.resource and route.resource.canonical not in PAGES
    }
    operations = {
        (method.upper(), path)
        for path, item in DOCUMENT["paths"].items()
        for method in METHODS
        if method in item
    }
    assert operations <= routes
    # GET brings HEAD along; the document says so once, in words.
    implied = {(method, path) for method, path in routes - operations if method == "HEAD"}
    assert routes - operations - implied == set()
    assert all(("GET", path) in operations for _, path in implied)


def test_operation_ids_are_unique():
    ids = [
        item[m]["operationId"] for item in DOCUMENT["paths"].values() for m in METHODS & item.keys()
    ]
    assert len(ids) == len(set(ids))


def test_every_example_fits_its_schema():
    count = 0
    for kind in ("requestBody", "responses"):
        for item in DOCUMENT["paths"].values():
            for method in METHODS & item.keys():
                for content in contents(item[method].get(kind, {})):
                    schema = {**content["schema"], "components": DOCUMENT["components"]}
                    values = [e["value"] for e in content.get("examples", {}).values()]
                    for value in values + [content[k] for k in ("example",) if k in content]:
                        jsonschema_rs.Draft4Validator(schema).validate(value)
                        count += 1
    assert count >= 10


def contents(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Gives the media types of a request body, or of all of an operation's responses."""
    for holder in [node] if "content" in node else list(node.values()):
        if isinstance(holder, dict):
            yield from resolve(holder).get("content", {}).values()


@pytest.mark.parametrize("path", PUBLISHED["paths"])
def test_everything_published_is_still_there(path):
    for method in METHODS & PUBLISHED["paths"][path].keys():
        old, new = PUBLISHED["paths"][path][method], DOCUMENT["paths"][path][method]
        assert new["operationId"] == old["operationId"]
        assert new["tags"] == old["tags"]
        assert old["responses"].keys() <= new["responses"].keys()


@pytest.mark.parametrize("name", PUBLISHED["components"]["schemas"])
def test_published_schemas_kept_their_fields_types_and_values(name):
    def compare(old: dict[str, Any], new: dict[str, Any]) -> None:
        assert new["type"] == old["type"]
        assert new.get("enum") == old.get("enum")
        for field, schema in old.get("properties", {}).items():
            compare(schema, new["properties"][field])
        if "items" in old:
            compare(old["items"], new["items"])

    old, new = (d["components"]["schemas"][name] for d in (PUBLISHED, DOCUMENT))
    compare(old, new)
    if name == "JobRequest":  # answers may promise more, requests may not ask for more
        assert new["required"] == old["required"]


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if "{" in path])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_examples_of_paths_lead_to_an_answer(path, method):
    if not METHODS & DOCUMENT["paths"][path].keys() & {method.lower()}:
        return
    parameters = {
        p["name"]: p["example"]
        for p in (resolve(p) for p in DOCUMENT["paths"][path]["parameters"])
        if p["in"] == "path"
    }
    async with fake_service() as (service, fake), aiohttp.ClientSession(service.url) as client:
        add_documented_examples(fake)
        async with client.request(method, path.format(**parameters)) as response:
            assert response.status == 200


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """Follows a reference, if it is one."""
    if "$ref" not in node:
        return node
    kind, name = node["$ref"].split("/")[2:]
    return DOCUMENT["components"][kind][name]


def test_the_copy_of_the_published_document_is_the_published_one():
    assert PUBLISHED["info"] == {"title": "Invoice Service", "version": "1.0.0"}
    assert len(PUBLISHED["paths"]) == 2
