"""The gRPC door with a certificate, and with clients that must have one."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.credentials import channel_credentials
from server.domain.errors import InvalidInput
from server.rpc.credentials import Certificates, TlsFiles
from server.rpc.serving import GrpcServer
from server.rpc.threads import Threads
from tests.builders.certificates import Authority, lock
from tests.grpc.door import DEADLINE, fake_use_cases


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@asynccontextmanager
async def door(files: TlsFiles) -> AsyncIterator[int]:
    with Threads(1) as threads:
        server = GrpcServer(fake_use_cases(), threads)
        yield await server.start("127.0.0.1", 0, Certificates(files))
        await server.stop(0)


async def health(port: int, credentials: grpc.ChannelCredentials | None) -> int:
    """Asks over a connection of its own."""
    target = f"localhost:{port}"
    channel = (
        grpc.aio.secure_channel(target, credentials)
        if credentials
        else grpc.aio.insecure_channel(target)
    )
    async with channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        response = await stub.Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
    return response.status


async def is_refused(port: int, credentials: grpc.ChannelCredentials | None) -> bool:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await health(port, credentials)
    return caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_client_that_knows_the_authority_gets_in_and_others_do_not(authority, tmp_path):
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    async with door(TlsFiles(*authority.issue("localhost"))) as port:
        assert await health(port, channel_credentials(str(authority.file))) == 1
        assert await is_refused(port, channel_credentials(str(stranger.file)))
        assert await is_refused(port, None)


async def test_with_mutual_tls_a_client_needs_a_certificate_of_the_right_authority(
    authority, tmp_path
):
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    mine, theirs = authority.issue("client"), stranger.issue("client")
    certificate, key = authority.issue("localhost")
    async with door(TlsFiles(certificate, key, authority.file)) as port:
        ca = str(authority.file)
        assert await health(port, channel_credentials(ca, *map(str, mine))) == 1
        assert await is_refused(port, channel_credentials(ca))
        assert await is_refused(port, channel_credentials(ca, *map(str, theirs)))


async def test_a_renewed_certificate_is_used_without_a_restart(authority, tmp_path):
    (tmp_path / "new").mkdir()
    renewed = Authority(tmp_path / "new")
    files = TlsFiles(*authority.issue("localhost"))
    async with door(files) as port:
        assert await health(port, channel_credentials(str(authority.file))) == 1
        renewed.issue("localhost", tmp_path)
        assert await health(port, channel_credentials(str(renewed.file))) == 1


async def test_while_a_certificate_is_being_replaced_the_one_in_use_is_kept(authority, tmp_path):
    (tmp_path / "new").mkdir()
    renewed = Authority(tmp_path / "new")
    certificate, key = renewed.issue("localhost")
    files = TlsFiles(*authority.issue("localhost"))
    async with door(files) as port:
        shutil.copy(certificate, files.certificate)  # the key is still the old one
        assert await health(port, channel_credentials(str(authority.file))) == 1
        files.key.unlink()
        assert await health(port, channel_credentials(str(authority.file))) == 1
        shutil.copy(key, files.key)
        assert await health(port, channel_credentials(str(renewed.file))) == 1


@pytest.mark.parametrize("wrong", ["missing", "text", "another's key", "locked"])
def test_files_that_cannot_be_used_are_told_at_the_start(authority, tmp_path, wrong):
    certificate, key = authority.issue("localhost")
    if wrong == "missing":
        key.unlink()
    elif wrong == "text":
        certificate.write_text("secret text, no PEM")
    elif wrong == "locked":
        lock(key)
    else:
        authority.issue("other")
        shutil.copy(tmp_path / "other.key", key)
    with pytest.raises(InvalidInput, match="INVOICEJOBS_GRPC_TLS_CERTIFICATE") as caught:
        Certificates(TlsFiles(certificate, key))
    assert "secret" not in caught.value.message
    assert "without pass phrase" in caught.value.message
