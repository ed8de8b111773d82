"""Where the gateway is, and where the server is that it passes requests on to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yarl import URL

from process.config.variable import Variable, between, host, one_of


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Where the gateway listens, and whom it calls."""

    #: Address to listen on.
    rest_host: str
    #: Port to listen on; 0 takes a free one.
    rest_port: int
    #: Where the gRPC server is, in gRPC's own notation.
    grpc_target: str
    #: Whether calls go through a tunnel: "on" or "off".
    grpc_tunnel: str
    #: How clients reach the gateway, without a slash at the end; empty until the port is bound.
    public_url: str


def _target(text: str) -> str:
    if not re.fullmatch(r"\S+:\S+", text):
        raise ValueError("host:port, such as 127.0.0.1:50051, or another gRPC target (unix:PATH)")
    return text


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


VARIABLES = (
    Variable("INVOICEJOBS_REST_HOST", "rest_host", "127.0.0.1", host,
             "Address the gateway listens on; must be loopback while INVOICEJOBS_AUTH is off."),
    Variable("INVOICEJOBS_REST_PORT", "rest_port", "8080", between(0, 65535),
             "Port the gateway listens on; 0 takes any free one."),
    Variable("INVOICEJOBS_GRPC_TARGET", "grpc_target", "127.0.0.1:50051", _target,
             "Where the gateway finds the gRPC server."),
    Variable("INVOICEJOBS_GRPC_TUNNEL", "grpc_tunnel", "on", one_of("on", "off"),
             "Whether the gateway makes its calls in one stream, which takes less than half of the "
             "time: off where what stands between it and the servers deals out each call by "
             "itself."),
    Variable("INVOICEJOBS_PUBLIC_URL", "public_url", "", _public_url,
             "Address clients reach the gateway by; download links begin with it. May hold a path "
             "prefix. Empty: http:// with the bound host and port, https:// with a certificate."),
)  # fmt: skip
