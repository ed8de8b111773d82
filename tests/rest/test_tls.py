"""The gateway with a certificate, in front of a server with one."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from gateway.config import Config
from gateway.credentials import CredentialsUnreadable, channel_credentials
from gateway.serving import BindError, running
from server.rpc.credentials import Certificates, TlsFiles
from server.rpc.serving import GrpcServer
from server.rpc.threads import Threads
from tests.builders.certificates import Authority, lock
from tests.grpc.door import fake_use_cases
from tests.rest.service import config_for, fake_service


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def rest_settings(authority: Authority) -> dict[str, str]:
    certificate, key = authority.issue("127.0.0.1")
    return {"REST_TLS_CERTIFICATE": str(certificate), "REST_TLS_KEY": str(key)}


async def status(url: str, authority: Authority) -> int:
    """Asks over a connection of its own."""
    connector = aiohttp.TCPConnector(ssl=authority.context(), force_close=True)
    async with (
        aiohttp.ClientSession(url, connector=connector) as client,
        client.get("/healthz") as response,
    ):
        return response.status


async def readiness(config: Config) -> int:
    """Asks a gateway with such a config whether it reaches the server."""
    async with (
        running(config) as url,
        aiohttp.ClientSession(url) as client,
        client.get("/readyz") as response,
    ):
        return response.status


async def test_it_serves_https_and_its_links_say_so(authority):
    async with fake_service(**rest_settings(authority)) as (service, _):
        assert service.url.startswith("https://127.0.0.1:")
        assert await status(service.url, authority) == 200
        connector = aiohttp.TCPConnector(ssl=authority.context())
        async with aiohttp.ClientSession(service.url, connector=connector) as client:
            body = {"jobType": "MANUAL", "orderIds": ["order-1"]}
            async with client.post(service.jobs, json=body) as response:
                assert response.status == 201
                assert response.headers["Location"].startswith(service.url)


async def test_who_does_not_know_the_authority_does_not_get_an_answer(authority, tmp_path):
    (tmp_path / "other").mkdir()
    async with fake_service(**rest_settings(authority)) as (service, _):
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await status(service.url, Authority(tmp_path / "other"))


async def test_a_renewed_certificate_is_used_without_a_restart(authority, tmp_path):
    (tmp_path / "new").mkdir()
    renewed = Authority(tmp_path / "new")
    async with fake_service(**rest_settings(authority)) as (service, _):
        assert await status(service.url, authority) == 200
        renewed.issue("127.0.0.1", tmp_path)
        assert await status(service.url, renewed) == 200
        (tmp_path / "127.0.0.1.key").write_text("half of a key")
        assert await status(service.url, renewed) == 200


async def test_a_certificate_that_cannot_be_used_is_told_at_the_start(tmp_path):
    files = {"REST_TLS_CERTIFICATE": str(tmp_path / "none"), "REST_TLS_KEY": str(tmp_path / "no")}
    with pytest.raises(BindError, match="INVOICEJOBS_REST_TLS_CERTIFICATE cannot be used"):
        async with running(config_for("127.0.0.1:1", **files)):
            pass


async def test_a_key_with_a_pass_phrase_is_refused_and_nobody_asked_for_it(authority):
    settings = rest_settings(authority)
    lock(Path(settings["REST_TLS_KEY"]))
    with pytest.raises(BindError, match="without pass phrase"):
        async with running(config_for("127.0.0.1:1", **settings)):
            pass


async def test_it_proves_the_server_and_itself_by_certificates(authority):
    certificate, key = map(str, authority.issue("gateway"))
    with Threads(1) as threads:
        server = GrpcServer(fake_use_cases(), threads)
        of_server = authority.issue("grpc.example")
        files = TlsFiles(of_server[0], of_server[1], authority.file)
        port = await server.start("127.0.0.1", 0, Certificates(files))
        config = config_for(
            f"127.0.0.1:{port}",
            GRPC_CA=str(authority.file),
            GRPC_SERVER_NAME="grpc.example",
            GRPC_CLIENT_CERTIFICATE=certificate,
            GRPC_CLIENT_KEY=key,
        )
        assert await readiness(config) == 200
        nameless = config_for(f"127.0.0.1:{port}", GRPC_CA=str(authority.file))
        assert await readiness(nameless) == 503
        await server.stop(0)


def test_a_file_that_is_no_certificate_is_told_by_its_path(tmp_path):
    file = tmp_path / "ca.pem"
    with pytest.raises(CredentialsUnreadable, match="cannot be read"):
        channel_credentials(str(file))
    file.write_text("secret")
    with pytest.raises(CredentialsUnreadable, match="is no PEM file") as caught:
        channel_credentials(str(file))
    assert "secret" not in str(caught.value)


def test_without_an_authority_there_is_no_tls_and_public_means_the_known_ones():
    assert channel_credentials("") is None
    assert channel_credentials("public") is not None
