"""Fuzzes the gRPC door: every method, called with messages changed field by field and as bytes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from invoicejobs.v1 import (
    access_pb2,
    invoice_jobs_pb2,
    invoices_pb2,
    orders_pb2,
    tenant_settings_pb2,
    tunnel_pb2,
)

from tests.fuzz import values
from tests.fuzz.messages import change, fill, to_bytes
from tests.fuzz.plant import ORDERS, Plant, example_settings
from tests.fuzz.tally import Tally

MODULES = (
    *(access_pb2, invoice_jobs_pb2, invoices_pb2, orders_pb2, tenant_settings_pb2),
    *(tunnel_pb2, health_pb2, reflection_pb2),
)
#: Calls at the same time, and seconds within which each is answered.
AT_ONCE, PATIENCE = 8, 60
#: What no client's message may cause.
NEVER = {"UNKNOWN", "INTERNAL", "DEADLINE_EXCEEDED", "DATA_LOSS", "UNIMPLEMENTED"}
#: Calls that answer until they are told to stop: one answer is enough.
ENDLESS = ("Watch", "WatchInvoiceJob")


@dataclass(frozen=True)
class Method:
    """A method of a service."""

    path: str
    request: type[Message]
    #: Of the channel: unary_unary and so on.
    shape: str
    endless: bool


@dataclass(frozen=True)
class Call:
    """An input: what is sent."""

    method: Method
    messages: tuple[bytes, ...]
    metadata: tuple[tuple[str, str | bytes], ...]

    def __str__(self) -> str:
        """Tells it so that it can be sent again."""
        sent = " ".join(message.hex() or "(empty)" for message in self.messages)
        ours = "Bearer ey"  # how tokens that hold begin; they are too long to be read
        more = [(k, "a token" if str(v).startswith(ours) else v) for k, v in self.metadata]
        return f"{self.method.path} {more} {sent}"


def methods() -> tuple[Method, ...]:
    """Lists all methods of the server, by their descriptors."""
    pool = descriptor_pool.Default()
    words = ("unary", "stream")
    return tuple(
        Method(
            f"/{service.full_name}/{method.name}",
            message_factory.GetMessageClass(method.input_type),
            f"{words[method.client_streaming]}_{words[method.server_streaming]}",
            method.name in ENDLESS,
        )
        for module in MODULES
        for service in pool.FindFileByName(module.DESCRIPTOR.name).services_by_name.values()
        for method in service.methods
    )


def fuzz_calls(plant: Plant, chance: Random, inputs: int, tally: Tally) -> None:
    """Makes calls and looks at how they end."""
    calls = list(make_calls(plant, chance, inputs))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        endings = threads.map(lambda call: _send(plant.channel, call), calls)
        for number, (call, ending) in enumerate(zip(calls, endings, strict=True)):
            code, details, seconds = ending
            tally.answered(code, seconds)
            if code in NEVER or "Traceback" in details:
                tally.find(number, f"{code} {details}", call)


def make_calls(plant: Plant, chance: Random, inputs: int) -> Iterator[Call]:
    """Makes inputs, each method as often as the others."""
    every = methods()
    for number in range(inputs):
        method = every[number % len(every)]
        count = chance.choice((0, 1, 1, 2, 3)) if method.shape.startswith("stream") else 1
        messages = tuple(_message(plant, method, chance) for _ in range(count))
        yield Call(method, messages, _metadata(plant, chance))


def _message(plant: Plant, method: Method, chance: Random) -> bytes:
    request: Any = method.request()
    fill(request, plant.known, chance)
    fields = method.request.DESCRIPTOR.fields_by_name
    if "tenant" in fields:
        request.tenant = plant.shop.tenant
    if "order_json" in fields and chance.random() < 0.5:
        request.order_json = chance.choice(ORDERS).read_bytes()
    if "settings" in fields:
        # Settings that everybody else works with would not be the same again.
        request.tenant = plant.moody.tenant
        request.settings.CopyFrom(example_settings())
    for _ in range(chance.choice((0, 1, 1, 1, 2, 4))):
        change(request, plant.known, chance)
    if method.path.endswith("/UpdateTenantSettings") and request.tenant == plant.shop.tenant:
        request.tenant = plant.moody.tenant
    return to_bytes(request, chance)


def _metadata(plant: Plant, chance: Random) -> tuple[tuple[str, str | bytes], ...]:
    given: tuple[tuple[str, str | bytes], ...] = plant.shop.metadata
    if chance.random() < 0.9:
        return given
    printable = "".join(c for c in values.text(chance) if " " <= c <= "~")
    name = chance.choice(
        ("authorization", "x-request-id", "x-client-address", "traceparent", "x-invoicejobs-link")
    )
    link = ("x-invoicejobs-link", plant.known.pick("link", chance, "1"))
    return chance.choice(
        (
            (),
            (link,),
            (*given, (name, printable)),
            ((name, f"Bearer {printable}"),),
            (*given, ("x-odd-bin", chance.randbytes(chance.randrange(4000)))),
            (*given, *((name, printable) for _ in range(5))),
        )
    )


def _send(channel: grpc.Channel, call: Call) -> tuple[str, str, float]:
    begin = time.monotonic()
    try:
        _talk(channel, call)
        ending = "OK", ""
    except grpc.RpcError as error:
        code, details = error.code().name, error.details() or ""
        # What the server says itself it says with details; all else is the connection's.
        metadata: Any = error.trailing_metadata() or ()
        said = [key for key, _ in metadata]
        if code == "UNAVAILABLE" and "grpc-status-details-bin" not in said:
            code, details = "UNKNOWN", f"the connection broke: {details}"
        ending = code, details
    return *ending, time.monotonic() - begin


def _talk(channel: grpc.Channel, call: Call) -> None:
    # Without serializers both sides are bytes.
    callable_ = getattr(channel, call.method.shape)(call.method.path)
    sent: Any = call.messages[0] if call.method.shape.startswith("unary") else iter(call.messages)
    answer = callable_(sent, timeout=PATIENCE, metadata=call.metadata)
    if call.method.shape.endswith("_stream"):
        for _ in answer:
            if call.method.endless:
                answer.cancel()
                return
