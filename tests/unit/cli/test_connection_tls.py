"""How the command calls a server: in the open only on this machine."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from gateway.cli.config import read_config
from gateway.cli.connection import open_channel
from gateway.cli.serve import serve


def test_a_server_on_another_machine_is_called_with_tls_only():
    with pytest.raises(click.UsageError, match="set INVOICEJOBS_GRPC_CA"):
        open_channel("192.0.2.1:50051", read_config({}))
    open_channel("192.0.2.1:50051", read_config({"INVOICEJOBS_PLAINTEXT": "anywhere"})).close()
    open_channel("192.0.2.1:50051", read_config({"INVOICEJOBS_GRPC_CA": "public"})).close()
    open_channel("127.0.0.1:50051", read_config({})).close()


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    config = read_config({"INVOICEJOBS_GRPC_CA": str(tmp_path / "none.pem")})
    with pytest.raises(click.UsageError, match=r"none\.pem cannot be read"):
        open_channel("127.0.0.1:50051", config)


def test_a_service_whose_gateway_could_not_know_its_server_is_not_started(monkeypatch):
    monkeypatch.setenv("INVOICEJOBS_GRPC_TLS_CERTIFICATE", "server.pem")
    monkeypatch.delenv("INVOICEJOBS_GRPC_CA", raising=False)
    result = CliRunner().invoke(serve, [])
    assert result.exit_code == 2
    assert "set INVOICEJOBS_GRPC_CA" in " ".join(result.output.split())
