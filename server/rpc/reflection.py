"""Server reflection, v1alpha and v1: what lets grpcurl list, describe and call without protos.

grpcio-reflection brings v1alpha only. v1 has the same messages under another package, so the same
servicer answers for both; a file description for v1 is made from that of v1alpha, because
`grpcurl describe` asks for every service that is listed.

Python's descriptors leave json_name out, and grpcurl would print job_id where every other client
prints jobId: it is filled in as protoc does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, text_format
from grpc_reflection.v1alpha import reflection, reflection_pb2

from server.handlers import Handler

_V1ALPHA_PACKAGE = "grpc.reflection.v1alpha"
_V1_PACKAGE = "grpc.reflection.v1"
_V1_FILE = "grpc/reflection/v1/reflection.proto"

#: The services of this file, listed beside those they describe.
REFLECTION_SERVICES = tuple(
    f"{package}.ServerReflection" for package in (_V1ALPHA_PACKAGE, _V1_PACKAGE)
)


def add_reflection(services: Iterable[str], server: grpc.aio.Server) -> None:
    """Lets clients ask the server about the services and their messages."""
    _describe_v1()
    # Any: its stubs take its asynchronous generator for a coroutine.
    servicer: Any = reflection.aio.ReflectionServicer((*services, *REFLECTION_SERVICES))

    async def answer(
        questions: AsyncIterator[reflection_pb2.ServerReflectionRequest], context: Any
    ) -> AsyncIterator[reflection_pb2.ServerReflectionResponse]:
        async for response in servicer.ServerReflectionInfo(questions, context):
            if response.HasField("file_descriptor_response"):
                files = response.file_descriptor_response.file_descriptor_proto
                files[:] = [_with_json_names(file) for file in files]
            yield response

    handler: Handler = grpc.stream_stream_rpc_method_handler(
        answer,
        reflection_pb2.ServerReflectionRequest.FromString,
        reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": handler})
            for name in REFLECTION_SERVICES
        ]
    )


def _describe_v1() -> None:
    """Adds the v1 file to the pool, unless a library of this process has added it already."""
    pool = descriptor_pool.Default()
    try:
        pool.FindFileByName(_V1_FILE)
    except KeyError:
        v1alpha = descriptor_pb2.FileDescriptorProto()
        reflection_pb2.DESCRIPTOR.CopyToProto(v1alpha)
        text = text_format.MessageToString(v1alpha).replace(_V1ALPHA_PACKAGE, _V1_PACKAGE)
        v1 = text_format.Parse(text, descriptor_pb2.FileDescriptorProto())
        v1.name = _V1_FILE
        v1.ClearField("options")
        pool.AddSerializedFile(v1.SerializeToString())


def _with_json_names(serialized: bytes) -> bytes:
    file = descriptor_pb2.FileDescriptorProto.FromString(serialized)
    for message in file.message_type:
        _fill_json_names(message)
    return file.SerializeToString()


def _fill_json_names(message: descriptor_pb2.DescriptorProto) -> None:
    for field in message.field:
        first, *others = field.name.split("_")
        field.json_name = first + "".join(part[:1].upper() + part[1:] for part in others)
    for nested in message.nested_type:
        _fill_json_names(nested)
