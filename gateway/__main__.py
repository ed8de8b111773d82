"""Starts the gateway: `python -m gateway`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import textwrap
from collections.abc import Sequence

from gateway.config import VARIABLES, Config, ConfigError, read_config
from gateway.serving import BindError, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT; gives the exit code: 1 cannot listen, 2 wrong settings."""
    _parser().parse_args(arguments)
    try:
        config = read_config()
        logging.basicConfig(
            level=config.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        asyncio.run(serve(config))
    except ConfigError as error:
        return _fail(error, 2)
    except BindError as error:
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
    async with running(config) as url:
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
