"""Starts the service, whole or in parts: `serve`, `server`, `worker`, `gateway`, `migrate`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import NoReturn

import click

from gateway.cli.commands import ExampleCommand
from gateway.cli.config import read_config
from gateway.cli.output import notes
from gateway.cli.processes import LOOK_EVERY, Addresses, Service, ServiceFailed, free_port
from gateway.cli.refusals import REFUSED

PORT = click.IntRange(0, 65535)


@click.command(
    cls=ExampleCommand,
    examples=(
        "invoicejobs serve",
        "INVOICEJOBS_DATA_DIR=/srv/invoicejobs invoicejobs serve --rest-port 9000",
    ),
)
@click.option(
    "--grpc-host",
    default=lambda: read_config().grpc_host,
    metavar="HOST",
    help="Address of the gRPC server.  [INVOICEJOBS_GRPC_HOST, 127.0.0.1]",
)
@click.option(
    "--grpc-port",
    default=lambda: read_config().grpc_port,
    metavar="PORT",
    type=PORT,
    help="Its port; 0 takes a free one.  [INVOICEJOBS_GRPC_PORT, 50051]",
)
@click.option(
    "--rest-host",
    default=lambda: read_config().rest_host,
    metavar="HOST",
    help="Address of the REST gateway.  [INVOICEJOBS_REST_HOST, 127.0.0.1]",
)
@click.option(
    "--rest-port",
    default=lambda: read_config().rest_port,
    metavar="PORT",
    type=PORT,
    help="Its port; 0 takes a free one.  [INVOICEJOBS_REST_PORT, 8080]",
)
def serve(grpc_host: str, grpc_port: int, rest_host: str, rest_port: int) -> None:
    """Starts the gRPC server and the REST gateway together.

    Ctrl-C or SIGTERM stops both, the gateway first; what a job has begun goes on at the next
    start. All other settings are environment variables, which README lists.
    """
    config = read_config()
    if config.grpc_tls_certificate and not config.grpc_ca:
        raise click.UsageError(
            "The gRPC server has a certificate, and the gateway does not know whose to expect: set "
            "INVOICEJOBS_GRPC_CA to the file of its authority, or to the certificate itself."
        )
    addresses = Addresses(
        grpc_host,
        grpc_port or free_port(grpc_host),
        rest_host,
        rest_port or free_port(rest_host),
        rest_tls=bool(config.rest_tls_certificate),
    )
    sys.exit(supervise(Service(addresses, of_gateway=next_metrics_port())))


def next_metrics_port() -> dict[str, str]:
    """Gives the gateway's environment the metrics port after the server's: both have one each."""
    port = read_config().metrics_port
    if not port.isdecimal() or port == "0":
        return {}  # none, any, or wrong, which the processes will say
    return {"INVOICEJOBS_METRICS_PORT": str(int(port) + 1)}


def supervise(service: Service) -> int:
    """Runs the service until a signal asks for its end or a process ends; gives the exit code."""
    asked = stop_on_signals(service)
    try:
        with service:
            service.wait_until_ready(asked)
            if not asked.is_set():
                notes().print(banner(service.addresses))
            return 0 if watch(service, asked) else REFUSED
    except ServiceFailed as failure:
        notes().print(f"{failure} The service was stopped.", style="red")
        return REFUSED


def watch(service: Service, asked: threading.Event) -> bool:
    """Looks after a service until asked to stop, stops it, and tells whether it ended well.

    Raises ServiceFailed when a process ends by itself.
    """
    while not asked.wait(LOOK_EVERY):
        service.check()
    notes().print("Stopping: the gateway first, then the server.")
    return service.stop()


def stop_on_signals(service: Service) -> threading.Event:
    """Sets an event at SIGTERM and SIGINT; the second one ends the processes at once."""
    asked = threading.Event()
    told, tell = socket.socketpair()

    def listen() -> None:
        while told.recv(1):
            if asked.is_set():
                service.kill()
            asked.set()

    # Python calls handlers in the main thread only, when that runs next: waiting for a process
    # to end it may never, and in the middle of the event's wait() a handler that sets the event
    # waits for itself. This byte comes from whichever thread the signal meets.
    tell.settimeout(0)
    signal.set_wakeup_fd(tell.detach(), warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    threading.Thread(target=listen, name="signals", daemon=True).start()
    return asked


def banner(addresses: Addresses) -> str:
    """Says where the service is, once it is ready."""
    return (
        "\nInvoiceJobs is ready.\n"
        f"  REST   {addresses.rest_url}\n"
        f"  Docs   {addresses.rest_url}/docs\n"
        f"  gRPC   {addresses.grpc_target}\n"
        "Ctrl-C stops it.\n"
    )


@click.command()
def server() -> None:
    """Starts the gRPC server alone, in place of this process."""
    become("server", "serve")


@click.command()
def worker() -> None:
    """Works on jobs beside a server, in place of this process; the database is PostgreSQL."""
    become("server", "work")


@click.command()
def gateway() -> None:
    """Starts the REST gateway alone, in place of this process."""
    become("gateway")


@click.command()
def migrate() -> None:
    """Brings the database to this version and ends."""
    become("server", "migrate")


def become(module: str, *arguments: str) -> NoReturn:
    """Replaces this process by `python -m module`, which then gets the signals itself."""
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606
