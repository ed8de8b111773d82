"""The gateway's environment."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from gateway.config import VARIABLES, Config, ConfigError, read_config


def read(**variables: str) -> Config:
    return read_config({f"INVOICEJOBS_{name}": value for name, value in variables.items()})


def test_an_empty_environment_gives_the_documented_defaults():
    assert asdict(read_config({})) == {
        "rest_host": "127.0.0.1",
        "rest_port": 8080,
        "grpc_target": "127.0.0.1:50051",
        "public_url": "",
        "request_timeout": 30.0,
        "max_body_bytes": 10_000_000,
        "log_level": "INFO",
        "auth": "off",
    }


def test_an_empty_value_means_the_default():
    assert read_config({v.name: " " for v in VARIABLES}) == read_config({})


def test_every_field_has_one_variable_and_every_variable_a_sentence():
    assert [v.field for v in VARIABLES] == [f.name for f in fields(Config)]
    assert all(v.name.startswith("INVOICEJOBS_") and v.doc.endswith(".") for v in VARIABLES)


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
