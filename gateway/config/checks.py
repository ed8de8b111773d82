"""What must be true of several variables together."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.config import Config
from process.config.variable import is_loopback


def _nobody_walks_in(config: Config) -> Iterator[str]:
    if config.auth == "off" and not is_loopback(config.rest_host):
        yield (
            f"INVOICEJOBS_REST_HOST is {config.rest_host!r}, which other machines can reach, while "
            "INVOICEJOBS_AUTH is off, which lets everybody in; allowed: 127.0.0.1, ::1 or "
            "localhost."
        )


def _pairs_are_whole(config: Config) -> Iterator[str]:
    pairs = {
        "INVOICEJOBS_REST_TLS": (config.rest_tls_certificate, config.rest_tls_key),
        "INVOICEJOBS_GRPC_CLIENT": (config.grpc_client_certificate, config.grpc_client_key),
    }
    for name, (certificate, key) in pairs.items():
        if bool(certificate) != bool(key):
            yield f"{name}_CERTIFICATE and {name}_KEY go together: set both or neither."


def _nobody_listens_in(config: Config) -> Iterator[str]:
    if config.plaintext == "anywhere":
        return
    remedy = "or INVOICEJOBS_PLAINTEXT=anywhere where the network is protected otherwise."
    if not config.rest_tls_certificate and not is_loopback(config.rest_host):
        yield (
            f"INVOICEJOBS_REST_HOST is {config.rest_host!r}, which other machines can reach, and "
            "what they send could be read on its way: set INVOICEJOBS_REST_TLS_CERTIFICATE and "
            f"INVOICEJOBS_REST_TLS_KEY, {remedy}"
        )
    if not config.grpc_ca and not stays_here(config.grpc_target):
        yield (
            f"INVOICEJOBS_GRPC_TARGET is {config.grpc_target!r}, on another machine, and what is "
            f"sent there could be read on its way: set INVOICEJOBS_GRPC_CA, {remedy}"
        )


def stays_here(target: str) -> bool:
    """Tells whether a gRPC target is on this machine."""
    scheme, _, rest = target.partition(":")
    if scheme in {"unix", "unix-abstract"}:
        return True
    name = rest.lstrip("/") if scheme in {"dns", "ipv4", "ipv6"} else target
    return is_loopback(name.rpartition(":")[0].strip("[]"))


def _every_body_has_room(config: Config) -> Iterator[str]:
    if config.rest_max_bodies_bytes < config.max_body_bytes:
        yield (
            f"INVOICEJOBS_REST_MAX_BODIES_BYTES is {config.rest_max_bodies_bytes}, less than one "
            f"body of INVOICEJOBS_MAX_BODY_BYTES; allowed: {config.max_body_bytes} and more."
        )


#: Each gives sentences that say what is wrong.
CHECKS = (_nobody_walks_in, _pairs_are_whole, _nobody_listens_in, _every_body_has_room)
