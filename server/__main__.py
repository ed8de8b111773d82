"""Runs the server: `python -m server serve`, `migrate` and `render`."""

from __future__ import annotations

import argparse
import logging
import sys
import textwrap

from server.config import VARIABLES, Config, ConfigError, read_config
from server.domain.errors import InvoiceJobsError
from server.preview import add_options
from server.storage import migrate
from server.wiring import render_files, serve


def main() -> int:
    """Runs a command and gives its exit code: 0 done, 1 failed, 2 wrong use or settings."""
    arguments = _parser().parse_args()
    if arguments.command == "render":
        return render_files()(arguments)
    try:
        config = read_config()
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
        return 2
    logging.basicConfig(
        level=config.log_level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    try:
        _COMMANDS[arguments.command](config)
    except InvoiceJobsError as error:
        logging.getLogger("server").critical(error.message)
        return 1
    return 0


def _migrate(config: Config) -> None:
    config.data_dir.mkdir(parents=True, exist_ok=True)
    migrate(config.database_url)
    logging.getLogger("server").info("the database is up to date")


_COMMANDS = {"serve": serve, "migrate": _migrate}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server",
        description="The gRPC server of InvoiceJobs, and the worker of its jobs.",
        epilog="Environment:\n" + "\n".join(_described()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help="answer calls and work on jobs")
    commands.add_parser("migrate", help="bring the database up to date")
    add_options(
        commands.add_parser("render", help="render previews of orders in files, without a server")
    )
    return parser


def _described() -> list[str]:
    return [
        f"  {v.name} ({v.default or 'empty'})\n"
        + textwrap.indent(textwrap.fill(v.doc, 74), "      ")
        for v in VARIABLES
    ]


if __name__ == "__main__":
    sys.exit(main())
