"""Fuzzes the REST door by its own OpenAPI document: right requests, and wrong ones."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import hypothesis.errors
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.result import Ok

from tests.fuzz import values
from tests.fuzz.plant import Plant
from tests.fuzz.tally import Tally
from tests.journeys.service import ROOT

#: Seconds within which each request is answered.
PATIENCE = 60
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
#: What the limits may answer.
LIMITED = {429, 503}
DOCUMENT = json.loads((ROOT / "gateway/openapi/openapi.json").read_bytes())
#: Parameters of paths, and what bears their names in the contract.
NAMES = {"jobId": "job_id", "invoiceNumber": "invoice_number", "sha256": "sha256"}


def fuzz_requests(plant: Plant, chance: Random, inputs: int, tally: Tally) -> None:
    """Sends requests to every operation and looks at the answers."""
    document = schemathesis.openapi.from_dict(DOCUMENT)
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    turns = [(operation, mode) for operation in operations for mode in GenerationMode]
    share = max(1, inputs // len(turns))
    with requests.Session() as session:
        # The turns of each round begin elsewhere, for some can say less than their share.
        for operation, mode in chance.sample(turns, len(turns)):
            known = _known_names(plant, operation.path, chance)
            send = _sender(plant, session, chance, tally)
            for path_parameters in (known, None):
                strategy = operation.as_strategy(mode, path_parameters=path_parameters)
                _each(strategy, max(1, share // 2), chance.getrandbits(32), send)


def _each(strategy: Any, examples: int, number: int, send: Callable[[Case], None]) -> None:
    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def run(case: Case) -> None:
        send(case)

    # Not every operation can be asked wrongly, and not every wrong request can be sent.
    with (
        contextlib.suppress(
            hypothesis.errors.Unsatisfiable,
            hypothesis.errors.InvalidArgument,
            schemathesis.errors.InvalidSchema,
        ),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        run()


def _sender(
    plant: Plant, session: requests.Session, chance: Random, tally: Tally
) -> Callable[[Case], None]:
    def send(case: Case) -> None:
        number = tally.inputs
        headers = plant.headers if chance.random() < 0.9 else _odd_headers(chance)
        try:
            response = case.call(plant.service.rest, session, headers, timeout=PATIENCE)
        except (requests.Timeout, requests.ConnectionError) as error:
            tally.answered("none")
            tally.find(number, f"no answer: {error}", _curl(case, plant, headers))
            return
        tally.answered(str(response.status_code), response.elapsed)
        for problem in _problems(case, response):
            tally.find(number, problem, _curl(case, plant, headers))

    return send


def _problems(case: Case, response: Any) -> Iterator[str]:
    if response.status_code in LIMITED:
        return
    if b"Traceback" in response.content:
        yield "the answer shows a trace"
    if case.method.upper() not in {name.upper() for name in DOCUMENT["paths"][case.path]}:
        # Methods that the document does not list are tried, too.
        if response.status_code != requests.codes.method_not_allowed:
            yield f"{response.status_code} for a method that is not there"
        return
    try:
        case.validate_response(response, checks=CHECKS)
    except BaseExceptionGroup as group:
        for failure in group.exceptions:
            yield f"{response.status_code} {type(failure).__name__}: {failure}"


def _known_names(plant: Plant, path: str, chance: Random) -> dict[str, Any] | None:
    """Gives parameters of a path that lead to what is there."""
    given_: dict[str, Any] = {}
    if "{tenant}" in path:
        given_["tenant"] = plant.shop.tenant
    for name, field in NAMES.items():
        if f"{{{name}}}" in path:
            given_[name] = plant.known.pick(field, chance)
    return given_ or None


def _odd_headers(chance: Random) -> dict[str, str]:
    words = ("Bearer", "bearer  ", "Basic", "")
    line = "".join(c for c in values.text(chance) if " " < c <= "\xff" and c != "\x7f")[:4000]
    name = chance.choice(
        (
            "Authorization",
            "X-Request-Id",
            "Traceparent",
            "Forwarded",
            "X-Forwarded-For",
            "Accept",
            "Idempotency-Key",
            "Content-Type",
            "Range",
            "If-None-Match",
            "Last-Event-Id",
        )
    )
    value = f"{chance.choice(words)} {line}".strip() if name == "Authorization" else line
    return {name: value.encode("latin-1").decode("latin-1")}


def _curl(case: Case, plant: Plant, headers: dict[str, str]) -> str:
    return case.as_curl_command(headers, base_url=plant.service.rest)
