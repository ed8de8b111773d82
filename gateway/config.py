"""Reads the environment into a frozen Config, once. No other file of the gateway looks at it."""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yarl import URL

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MAX_TIMEOUT = 3600.0  # seconds
# A job request of this size still fits into one gRPC message (64 MiB) with room to spare.
MAX_BODY_BYTES = 50_000_000


class ConfigError(Exception):
    """Says which variables are wrong, one sentence a line."""


@dataclass(frozen=True, slots=True)
class Config:
    """Holds what the environment decides about this process."""

    #: Address to listen on.
    rest_host: str
    #: Port to listen on; 0 takes a free one.
    rest_port: int
    #: Where the gRPC server is, in gRPC's own notation.
    grpc_target: str
    #: How clients reach the gateway, without a slash at the end; empty until the port is bound.
    public_url: str
    #: Seconds that a request may take.
    request_timeout: float
    #: The largest request body, in bytes.
    max_body_bytes: int
    #: One of LOG_LEVELS.
    log_level: str
    #: Who may call: only "off" (anybody) exists yet.
    auth: str


@dataclass(frozen=True, slots=True)
class Variable:
    """Declares an environment variable. README and --help show the same table."""

    name: str
    #: The field of Config that it fills.
    field: str
    default: str
    #: Turns text into the value; raises ValueError that says what is allowed.
    read: Callable[[str], Any]
    doc: str


def _host(text: str) -> str:
    if not text or re.search(r"[\s/\[\]]", text):
        raise ValueError("a host name or an IP address, such as 127.0.0.1 or ::1")
    return text


def _target(text: str) -> str:
    if not re.fullmatch(r"\S+:\S+", text):
        raise ValueError("host:port, such as 127.0.0.1:50051, or another gRPC target (unix:PATH)")
    return text


def _port(text: str) -> int:
    return _integer(text, 0, 65535)


def _body_size(text: str) -> int:
    return _integer(text, 1, MAX_BODY_BYTES)


def _integer(text: str, least: int, most: int) -> int:
    # The pattern also keeps int() from taking "1_000" and digits of other scripts.
    if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
        raise ValueError(f"a whole number from {least} to {most}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MAX_TIMEOUT:
        raise ValueError(f"seconds, more than 0 and at most {MAX_TIMEOUT:g}")
    return value


def _public_url(text: str) -> str:
    if not text:
        return ""
    allowed = "an http:// or https:// address without query, such as https://shop.example/api"
    try:
        url = URL(text)
    except ValueError as error:
        raise ValueError(allowed) from error
    if (
        url.scheme not in {"http", "https"}
        or not url.host
        or url.user is not None
        or re.search(r"[?#\s]", text)
    ):
        raise ValueError(allowed)
    return str(url).rstrip("/")


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        for value in allowed:
            if text.lower() == value.lower():
                return value
        raise ValueError(" or ".join(allowed))

    return read


VARIABLES = (
    Variable("INVOICEJOBS_REST_HOST", "rest_host", "127.0.0.1", _host,
             "Address the gateway listens on; must be loopback while INVOICEJOBS_AUTH is off."),
    Variable("INVOICEJOBS_REST_PORT", "rest_port", "8080", _port,
             "Port the gateway listens on; 0 takes any free one."),
    Variable("INVOICEJOBS_GRPC_TARGET", "grpc_target", "127.0.0.1:50051", _target,
             "Where the gateway finds the gRPC server."),
    Variable("INVOICEJOBS_PUBLIC_URL", "public_url", "", _public_url,
             "Address clients reach the gateway by; download links begin with it. May hold a path "
             "prefix. Empty: http:// with the bound host and port."),
    Variable("INVOICEJOBS_REQUEST_TIMEOUT", "request_timeout", "30", _seconds,
             "Seconds a request may take; a download, seconds without progress."),
    Variable("INVOICEJOBS_MAX_BODY_BYTES", "max_body_bytes", "10000000", _body_size,
             "Largest request body in bytes."),
    Variable("INVOICEJOBS_LOG_LEVEL", "log_level", "INFO", _one_of(*LOG_LEVELS),
             "Least severity that is logged: " + ", ".join(LOG_LEVELS) + "."),
    Variable("INVOICEJOBS_AUTH", "auth", "off", _one_of("off"),
             "Who may call: off lets everybody in who reaches the port."),
)  # fmt: skip


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Reads and checks all variables. Raises ConfigError that names every wrong one.

    An empty value means the default, as in compose files.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        text = environment.get(variable.name, "").strip() or variable.default
        try:
            values[variable.field] = variable.read(text)
        except ValueError as error:
            problems.append(f"{variable.name} is {text!r}; allowed: {error}.")
    if problems:
        raise ConfigError("\n".join(problems))
    config = Config(**values)
    if config.auth == "off" and not is_loopback(config.rest_host):
        raise ConfigError(
            f"INVOICEJOBS_REST_HOST is {config.rest_host!r}, which other machines can reach, while "
            "INVOICEJOBS_AUTH is off, which lets everybody in; allowed: 127.0.0.1, ::1 or "
            "localhost."
        )
    return config


def is_loopback(host: str) -> bool:
    """Tells whether only this machine can reach the address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
