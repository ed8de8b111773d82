"""Starts the gateway: `python -m gateway`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import textwrap
from collections.abc import Sequence
from contextlib import closing

from gateway.config import VARIABLES, Config, ConfigError, read_config
from gateway.credentials import CredentialsUnreadable
from gateway.observing.requests import Requests
from gateway.serving import BindError, running
from process.collecting import spare_what_is_loaded
from process.config.variable import is_loopback
from process.export import ExportError, open_tracer
from process.exposition import MetricsPortError, exposing, new_registry
from process.logs import set_up_logs

log = logging.getLogger("gateway")

#: New objects until the garbage collector looks: requests leave little to it.
NEW_OBJECTS = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT; gives the exit code: 1 cannot listen, 2 wrong settings."""
    _parser().parse_args(arguments)
    try:
        config = read_config()
        set_up_logs(config.log_level, config.log_format)
        asyncio.run(serve(config))
    except ConfigError as error:
        return _fail(error, 2)
    except (BindError, CredentialsUnreadable, ExportError, MetricsPortError) as error:
        return _fail(error, 1)
    return 0


async def serve(config: Config) -> None:
    """Serves until SIGTERM or SIGINT; a second signal does not wait for running requests."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def on_signal() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, on_signal)
    registry = new_registry()
    with (
        closing(open_tracer(config.traces_exporter, "invoicejobs-gateway")) as tracer,
        exposing(registry, config.metrics_host, config.metrics_port),
    ):
        await _serve_until(stop, config, Requests(tracer, registry))


async def _serve_until(stop: asyncio.Event, config: Config, requests: Requests) -> None:
    async with running(config, requests) as url:
        if config.public_url and not config.trusted_proxies and is_loopback(config.rest_host):
            log.warning(
                "INVOICEJOBS_PUBLIC_URL says that a proxy stands before the gateway, but "
                "INVOICEJOBS_TRUSTED_PROXIES names none: all clients count as this machine, whose "
                "calls have no rate, and as one where wrong secrets are counted"
            )
        spare_what_is_loaded(NEW_OBJECTS)
        sys.stdout.write(f"gateway listening on {url}\n")
        sys.stdout.flush()  # scripts wait for this line
        await stop.wait()


def _fail(error: Exception, code: int) -> int:
    sys.stderr.write(f"{error}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    lines = ["environment variables:"]
    for variable in VARIABLES:
        default = f" Default: {variable.default}." if variable.default else ""
        lines.append(f"  {variable.name}")
        lines += textwrap.wrap(variable.doc + default, 92, initial_indent=" " * 6,
                               subsequent_indent=" " * 6)  # fmt: skip
    return argparse.ArgumentParser(
        prog="python -m gateway",
        description="Serves the documented REST API and passes every request on over gRPC.",
        epilog="\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


if __name__ == "__main__":
    sys.exit(main())
