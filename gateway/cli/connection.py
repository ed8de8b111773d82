"""The way to the gRPC server: where it is, whose data is asked for, and the stubs."""

from __future__ import annotations

from dataclasses import dataclass, field

import click
import grpc
from invoicejobs.v1.invoice_jobs_pb2_grpc import InvoiceJobsStub
from invoicejobs.v1.invoices_pb2_grpc import InvoicesStub
from invoicejobs.v1.orders_pb2_grpc import OrdersStub
from invoicejobs.v1.tenant_settings_pb2_grpc import TenantSettingsStub

from gateway.cli.config import Config, read_config
from gateway.cli.tokens import with_tokens
from gateway.config.checks import stays_here
from gateway.credentials import CredentialsUnreadable, channel_credentials, name_options
from gateway.retrying import RETRY_OPTIONS

MAX_MESSAGE_BYTES = 64 * 1024 * 1024

CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    # A server that was restarted is found again within a second, while a command waits for it.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # The server is a neighbour; http_proxy in the environment is meant for the world outside.
    ("grpc.enable_http_proxy", 0),
)


def open_channel(target: str, config: Config) -> grpc.Channel:
    """Opens a channel to a server. Raises a usage error where what is sent could be read."""
    try:
        credentials = channel_credentials(
            config.grpc_ca, config.grpc_client_certificate, config.grpc_client_key
        )
    except CredentialsUnreadable as error:
        raise click.UsageError(str(error)) from error
    options = (*CHANNEL_OPTIONS, *RETRY_OPTIONS, *name_options(config.grpc_server_name))
    if credentials is not None:
        return grpc.secure_channel(target, credentials, options=options)
    if config.plaintext != "anywhere" and not stays_here(target):
        raise click.UsageError(
            f"The server {target} is on another machine, and what is sent there could be read on "
            "its way: set INVOICEJOBS_GRPC_CA to the file of its certificate's authority, or "
            "INVOICEJOBS_PLAINTEXT=anywhere where the network is protected otherwise."
        )
    return grpc.insecure_channel(target, options=options)


@dataclass(slots=True)
class Session:
    """One run of the command: its options, and the channel once something was asked."""

    target: str = field(default_factory=lambda: read_config().target)
    #: Read it by `need_tenant`.
    tenant: str = field(default_factory=lambda: read_config().tenant)
    #: Whether stdout is for programs.
    json: bool = False
    #: Seconds to wait for an answer; imports and downloads take as long as they take.
    timeout: float = 30.0
    _channel: grpc.Channel | None = None

    def need_tenant(self) -> str:
        """Gives the tenant. Raises a usage error when none was named: books are not guessed."""
        if not self.tenant:
            raise click.UsageError(
                "Name the tenant: --tenant NAME, or INVOICEJOBS_TENANT=NAME in the environment."
            )
        return self.tenant

    @property
    def channel(self) -> grpc.Channel:
        """Opens the channel at its first use."""
        if self._channel is None:
            config = read_config()
            self._channel = with_tokens(open_channel(self.target, config), config)
        return self._channel

    @property
    def orders(self) -> OrdersStub:
        """Gives the stub of Orders."""
        return OrdersStub(self.channel)

    @property
    def jobs(self) -> InvoiceJobsStub:
        """Gives the stub of InvoiceJobs."""
        return InvoiceJobsStub(self.channel)

    @property
    def invoices(self) -> InvoicesStub:
        """Gives the stub of Invoices."""
        return InvoicesStub(self.channel)

    @property
    def settings(self) -> TenantSettingsStub:
        """Gives the stub of TenantSettings."""
        return TenantSettingsStub(self.channel)

    def close(self) -> None:
        """Closes the channel, if it was opened."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None


pass_session = click.make_pass_decorator(Session, ensure=True)
