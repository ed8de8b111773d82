"""What must be true of several variables together."""

from __future__ import annotations

from collections.abc import Iterator

from process.config.variable import is_loopback
from server.config.access import OWN_ISSUER
from server.config.config import Config


def _work_can_be_done(config: Config) -> Iterator[str]:
    if not config.work_processes and config.database_url.startswith("sqlite"):
        yield (
            "INVOICEJOBS_WORK_PROCESSES is 0, which leaves all work to worker processes, while the "
            "database is an SQLite file, which they cannot share; allowed: 1 to 256."
        )


def _a_job_finds_room(config: Config) -> Iterator[str]:
    if config.max_waiting_orders < config.max_job_orders:
        yield (
            f"INVOICEJOBS_MAX_WAITING_ORDERS is {config.max_waiting_orders} and "
            f"INVOICEJOBS_MAX_JOB_ORDERS {config.max_job_orders}: a job of so many orders would "
            "never find room; allowed: no fewer waiting orders than a job may name."
        )


def _a_message_finds_room(config: Config) -> Iterator[str]:
    if config.grpc_max_messages_bytes < config.grpc_max_message_bytes:
        yield (
            f"INVOICEJOBS_GRPC_MAX_MESSAGES_BYTES is {config.grpc_max_messages_bytes} and "
            f"INVOICEJOBS_GRPC_MAX_MESSAGE_BYTES {config.grpc_max_message_bytes}: the largest "
            "message would never find room; allowed: no fewer bytes of all than of one."
        )


def _nobody_walks_in(config: Config) -> Iterator[str]:
    if config.auth == "off" and not is_loopback(config.grpc_host):
        yield (
            f"INVOICEJOBS_GRPC_HOST is {config.grpc_host!r}, which other machines can reach, while "
            "INVOICEJOBS_AUTH is off, which lets everybody in; allowed: 127.0.0.1, ::1 or "
            "localhost."
        )


def _tokens_can_be_checked(config: Config) -> Iterator[str]:
    if config.auth == "off":
        return
    keys = config.other_keys
    if len(keys) > 1:
        yield f"{' and '.join(keys)} say by which keys tokens are checked: set one of them."
    if keys and not (config.jwt_issuer and config.jwt_audience):
        yield (
            f"{keys[0]} gives keys for the tokens of others: say with INVOICEJOBS_JWT_ISSUER and "
            "INVOICEJOBS_JWT_AUDIENCE whose tokens are taken and whom they must be for."
        )
    if not keys and (config.jwt_issuer or config.jwt_audience):
        yield (
            "INVOICEJOBS_JWT_ISSUER and INVOICEJOBS_JWT_AUDIENCE are about the tokens of others, "
            "which need keys: set INVOICEJOBS_JWKS_URL, INVOICEJOBS_JWT_KEYS_FILE or "
            "INVOICEJOBS_JWT_SECRET."
        )
    if config.jwt_issuer == OWN_ISSUER:
        yield f"INVOICEJOBS_JWT_ISSUER is {OWN_ISSUER!r}, which is the issuer of our own tokens."
    if not keys and not config.token_lifetime:
        yield (
            "INVOICEJOBS_TOKEN_LIFETIME is 0, so that this service issues no tokens, and there are "
            "no keys for the tokens of others: nobody could call."
        )


def _pairs_are_whole(config: Config) -> Iterator[str]:
    if bool(config.grpc_tls_certificate) != bool(config.grpc_tls_key):
        yield (
            "INVOICEJOBS_GRPC_TLS_CERTIFICATE and INVOICEJOBS_GRPC_TLS_KEY go together: set both "
            "or neither."
        )
    if config.grpc_client_ca and not config.grpc_tls_certificate:
        yield (
            "INVOICEJOBS_GRPC_CLIENT_CA asks clients for certificates, which needs TLS: set "
            "INVOICEJOBS_GRPC_TLS_CERTIFICATE and INVOICEJOBS_GRPC_TLS_KEY, too."
        )


def _nobody_listens_in(config: Config) -> Iterator[str]:
    in_the_open = config.plaintext == "loopback" and not is_loopback(config.grpc_host)
    if in_the_open and not config.grpc_tls_certificate:
        yield (
            f"INVOICEJOBS_GRPC_HOST is {config.grpc_host!r}, which other machines can reach, and "
            "what they send could be read on its way: set INVOICEJOBS_GRPC_TLS_CERTIFICATE and "
            "INVOICEJOBS_GRPC_TLS_KEY, or INVOICEJOBS_PLAINTEXT=anywhere where the network is "
            "protected otherwise."
        )


#: Each gives sentences that say what is wrong.
CHECKS = (
    _work_can_be_done,
    _a_job_finds_room,
    _a_message_finds_room,
    _nobody_walks_in,
    _tokens_can_be_checked,
    _pairs_are_whole,
    _nobody_listens_in,
)
