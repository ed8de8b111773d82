"""Fuzzes the REST API by its own OpenAPI document and by the published one."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

from tests.journeys import service as processes_of
from tests.rest.service import TENANT, Service, background_service

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "gateway/openapi/openapi.json").read_bytes())
PUBLISHED = json.loads((Path(__file__).parent / "published-openapi.json").read_bytes())

#: What may come beyond the published document: it lists no 400 for reading, and nothing of what
#: HTTP itself, Idempotency-Key or the state of the service bring. None of these is a success.
UNPUBLISHED = {
    "POST": {
        401,  # for the time when there is authentication
        408,  # the body did not arrive
        409,  # Idempotency-Key with another body
        413,  # the body is too large
        415,  # the body is not application/json
        429,  # too many requests
    },
    "GET": {
        400,  # wrong tenant, page, or percent-encoding
        401,
        429,
    },
}
LIMITS = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
BODY_CHECKS = [
    checks.not_a_server_error,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


def with_path_parameters(document: dict[str, Any]) -> dict[str, Any]:
    """Adds the path parameters that the published document forgets, as plain strings.

    Without them it is no valid OpenAPI, and nothing can be generated from it.
    """
    document = copy.deepcopy(document)
    for path, item in document["paths"].items():
        item["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", path)
        ]
    return document


served = schemathesis.openapi.from_dict(DOCUMENT)
published = schemathesis.openapi.from_dict(with_path_parameters(PUBLISHED))


@contextmanager
def whole_service(folder: Path) -> Iterator[Service]:
    """Runs gateway, server and database, with a tenant that can have jobs."""
    processes = processes_of.Service(folder, INVOICEJOBS_WORK_PROCESSES="1")
    processes.start()
    try:
        processes.start_gateway()
        processes.save_settings(TENANT)
        yield Service(processes.rest)
    finally:
        processes.stop()


@pytest.fixture(scope="module", params=["fake server", "whole service"])
def blocking_service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    # The fake server knows the document's examples, so answers with bodies come often; the whole
    # service shows what storage and rules make of what nobody expects.
    if request.param == "fake server":
        running = background_service()
    else:
        running = whole_service(tmp_path_factory.mktemp("fuzz"))
    with running as service:
        yield service


@served.parametrize()
@LIMITS
def test_whatever_is_sent_the_answer_is_one_the_document_describes(case, blocking_service):
    case.call_and_validate(
        base_url=blocking_service.url, checks=[*BODY_CHECKS, checks.status_code_conformance]
    )


@published.parametrize()
@LIMITS
def test_whatever_is_sent_the_answer_is_one_the_published_document_describes(
    case, blocking_service
):
    response = case.call(base_url=blocking_service.url)
    documented = {int(status) for status in case.operation.definition.raw["responses"]}
    allowed = documented | UNPUBLISHED[case.operation.method.upper()]
    path = DOCUMENT["paths"][case.operation.path]
    if case.method.upper() != case.operation.method.upper():
        if case.method.lower() in path:
            return  # it is ours: the test above is about it
        allowed = {405}  # methods neither document lists are tried, too
    assert response.status_code in allowed
    assert response.status_code < 500
    if response.status_code in documented:
        case.validate_response(response, checks=BODY_CHECKS)
    else:
        error = PUBLISHED["components"]["schemas"]["ErrorResponse"]
        jsonschema_rs.validate({**error, "required": list(error["properties"])}, response.json())
        assert response.json()["code"] == str(response.status_code)
