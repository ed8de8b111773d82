"""What the environment says about the gRPC door: its encryption and what it bears."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from server.config import Config, ConfigError, read_config
from server.wiring.door import door_limits


def _read(**variables: str) -> Config:
    return read_config({f"INVOICEJOBS_{name}": value for name, value in variables.items()})


def test_an_open_door_is_encrypted_unless_said_otherwise() -> None:
    with pytest.raises(ConfigError, match="set INVOICEJOBS_GRPC_TLS_CERTIFICATE"):
        _read(GRPC_HOST="0.0.0.0", AUTH="jwt")
    assert _read(GRPC_HOST="0.0.0.0", AUTH="jwt", PLAINTEXT="anywhere").plaintext == "anywhere"
    files = {"GRPC_TLS_CERTIFICATE": "c.pem", "GRPC_TLS_KEY": "k.pem"}
    assert _read(GRPC_HOST="0.0.0.0", AUTH="jwt", **files).grpc_tls_key == "k.pem"


@pytest.mark.parametrize("half", ["GRPC_TLS_KEY", "GRPC_TLS_CERTIFICATE"])
def test_a_certificate_and_its_key_go_together(half: str) -> None:
    with pytest.raises(ConfigError, match="go together"):
        _read(**{half: "x.pem"})


def test_clients_can_be_asked_for_certificates_only_over_tls() -> None:
    with pytest.raises(ConfigError, match="needs TLS"):
        _read(GRPC_CLIENT_CA="ca.pem")


@pytest.mark.parametrize("text", ["10.0.0.1/8", "gateway.example", "10.0.0.0/8;::1"])
def test_gateways_are_networks(text: str) -> None:
    with pytest.raises(ConfigError, match="INVOICEJOBS_GATEWAYS"):
        _read(GATEWAYS=text)


def test_the_door_gets_what_the_environment_says() -> None:
    limits = door_limits(
        _read(
            TENANT_RATE="5",
            ADDRESS_RATE="0",
            GATEWAYS="10.0.0.0/8, ::1",
            GRPC_RECEIVE_TIMEOUT="7",
            GRPC_CONNECTION_AGE="60",
            GRPC_MAX_CALLS="9",
        )
    )
    assert (limits.guards.tenant_rate, limits.guards.address_rate) == (5, 0)
    assert limits.guards.gateways == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert limits.guards.receive_timeout == 7
    assert (limits.connections.age, limits.concurrent_calls) == (60, 9)
