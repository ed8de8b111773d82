"""The gateway's environment."""

from __future__ import annotations

from dataclasses import asdict, fields
from ipaddress import ip_network

import pytest

from gateway.config import VARIABLES, Config, ConfigError, read_config

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1"))


def read(**variables: str) -> Config:
    return read_config({f"INVOICEJOBS_{name}": value for name, value in variables.items()})


def test_an_empty_environment_gives_the_documented_defaults():
    config = asdict(read_config({}))
    expected = {
        "rest_host": "127.0.0.1",
        "rest_port": 8080,
        "grpc_target": "127.0.0.1:50051",
        "public_url": "",
        "rest_tls_certificate": "",
        "grpc_ca": "",
        "plaintext": "loopback",
        "request_timeout": 30.0,
        "max_body_bytes": 10_000_000,
        "rest_max_bodies_bytes": 200_000_000,
        "rest_max_requests": 500,
        "address_calls": 100,
        "address_connections": 400,
        "rest_max_connections": 4000,
        "trusted_proxies": (),
        "log_level": "INFO",
        "auth": "off",
    }
    assert {name: config[name] for name in expected} == expected


def test_an_empty_value_means_the_default():
    assert read_config({v.name: " " for v in VARIABLES}) == read_config({})


def test_every_field_has_one_variable_and_every_variable_a_sentence():
    assert [v.field for v in VARIABLES] == [f.name for f in fields(Config)]
    assert all(v.name.startswith(("INVOICEJOBS_", "OTEL_")) for v in VARIABLES)
    assert all(v.doc.endswith(".") for v in VARIABLES)


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("REST_PORT", "0", "rest_port", 0),
        ("REST_PORT", "65535", "rest_port", 65535),
        ("REST_HOST", "localhost", "rest_host", "localhost"),
        ("REST_HOST", "::1", "rest_host", "::1"),
        ("REST_HOST", "127.9.9.9", "rest_host", "127.9.9.9"),
        ("GRPC_TARGET", "unix:/run/x.sock", "grpc_target", "unix:/run/x.sock"),
        ("PUBLIC_URL", "https://a.example/x/", "public_url", "https://a.example/x"),
        ("PUBLIC_URL", "http://[::1]:8080", "public_url", "http://[::1]:8080"),
        ("REQUEST_TIMEOUT", "0.5", "request_timeout", 0.5),
        ("MAX_BODY_BYTES", "1", "max_body_bytes", 1),
        ("TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", PROXIES),
        ("PROXY_HEADER", "forwarded", "proxy_header", "Forwarded"),
        ("PLAINTEXT", "Anywhere", "plaintext", "anywhere"),
        ("GRPC_SERVER_NAME", "grpc.example", "grpc_server_name", "grpc.example"),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("AUTH", "OFF", "auth", "off"),
    ],
)
def test_a_right_value_is_read(name, text, field, value):
    assert getattr(read(**{name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("REST_PORT", "65536"),
        ("REST_PORT", "-1"),
        ("REST_PORT", "80.0"),
        ("REST_PORT", "8_0"),
        ("REST_PORT", "٣"),
        ("REST_HOST", "http://x"),
        ("REST_HOST", "[::1]"),
        ("GRPC_TARGET", "localhost"),
        ("GRPC_TARGET", "a b:1"),
        ("PUBLIC_URL", "shop.example"),
        ("PUBLIC_URL", "ftp://shop.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://a.example?x=1"),
        ("PUBLIC_URL", "https://a.example/#x"),
        ("PUBLIC_URL", "https://me:secret@a.example"),
        ("PUBLIC_URL", "http://a.example:99999"),
        ("REQUEST_TIMEOUT", "nan"),
        ("REQUEST_TIMEOUT", "inf"),
        ("REQUEST_TIMEOUT", "-1"),
        ("REQUEST_TIMEOUT", "soon"),
        ("MAX_BODY_BYTES", "0"),
        ("MAX_BODY_BYTES", "10MB"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "shop.example"),
        ("PROXY_HEADER", "X-Real-IP"),
        ("PLAINTEXT", "yes"),
        ("GRPC_SERVER_NAME", "a b"),
        ("LOG_LEVEL", "loud"),
        ("AUTH", "on"),
    ],
)
def test_a_wrong_value_names_the_variable_the_value_and_what_is_allowed(name, text):
    with pytest.raises(ConfigError) as caught:
        read(**{name: text})
    assert str(caught.value).startswith(f"INVOICEJOBS_{name} is {text!r}; allowed: ")
    assert len(str(caught.value).partition("allowed: ")[2]) > 3


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop.example", "128.0.0.1"])
def test_without_authentication_only_loopback_is_listened_on(host):
    with pytest.raises(ConfigError, match="INVOICEJOBS_AUTH is off"):
        read(REST_HOST=host)


@pytest.mark.parametrize(
    "target", ["10.0.0.5:50051", "grpc.example:443", "dns:///grpc.example:443", "[2001:db8::1]:1"]
)
def test_calls_to_another_machine_are_encrypted_unless_said_otherwise(target):
    with pytest.raises(ConfigError, match="set INVOICEJOBS_GRPC_CA"):
        read(GRPC_TARGET=target)
    assert read(GRPC_TARGET=target, PLAINTEXT="anywhere").grpc_target == target
    assert read(GRPC_TARGET=target, GRPC_CA="ca.pem").grpc_ca == "ca.pem"


@pytest.mark.parametrize(
    "target",
    ["unix:/run/x.sock", "unix:///x.sock", "localhost:1", "[::1]:1", "ipv4:127.0.0.1:1"],
)
def test_calls_on_this_machine_need_no_encryption(target):
    assert read(GRPC_TARGET=target).grpc_target == target


def test_an_open_door_is_encrypted_unless_said_otherwise():
    with pytest.raises(ConfigError, match="set INVOICEJOBS_REST_TLS_CERTIFICATE"):
        read(REST_HOST="0.0.0.0", AUTH="jwt")
    assert read(REST_HOST="0.0.0.0", AUTH="jwt", PLAINTEXT="anywhere").rest_host == "0.0.0.0"


@pytest.mark.parametrize("half", ["REST_TLS_KEY", "GRPC_CLIENT_CERTIFICATE"])
def test_a_certificate_and_its_key_go_together(half):
    with pytest.raises(ConfigError, match="go together"):
        read(**{half: "x.pem"})


def test_the_largest_body_has_room():
    with pytest.raises(ConfigError, match="INVOICEJOBS_REST_MAX_BODIES_BYTES"):
        read(REST_MAX_BODIES_BYTES="1000")
