"""Runs the server: `python -m server serve`, `work`, `migrate`, `render`, and for what is kept."""

from __future__ import annotations

import argparse
import atexit
import logging
import multiprocessing
import os
import sys
import textwrap
from typing import NoReturn

from process.logs import set_up_logs
from server import archive
from server.audit import add_audit, audit
from server.clients import add_clients, clients
from server.config import VARIABLES, Config, ConfigError, read_config
from server.data_folder import keep_from_others, make_data_folder
from server.domain.errors import InvoiceJobsError, Unavailable
from server.engines import migrate_database
from server.keys import add_keys, keys
from server.preview import add_options
from server.wiring.previews import render_files
from server.wiring.serving import serve
from server.worker import work


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
    # Our own words about the environment quote nobody.
    set_up_logs(config.log_level, config.log_format, speaking=(OSError, Unavailable))
    keep_from_others(config)
    if arguments.command in _ARCHIVE:
        return _ARCHIVE[arguments.command](config, arguments)
    try:
        _COMMANDS[arguments.command](config)
    except InvoiceJobsError as error:
        logging.getLogger("server").critical(error.message)
        return 1
    return 0


def _migrate(config: Config) -> None:
    make_data_folder(config.data_dir)
    migrate_database(config)
    logging.getLogger("server").info("the database is up to date")


_COMMANDS = {"serve": serve, "work": work, "migrate": _migrate}

_ARCHIVE = {
    "verify": archive.verify,
    "purge": archive.purge,
    "erase-order": archive.erase_order,
    "clients": clients,
    "keys": keys,
    "audit": audit,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server",
        description="The gRPC server of InvoiceJobs, and the worker of its jobs.",
        epilog="Environment:\n" + "\n".join(_described()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help="answer calls and work on jobs")
    commands.add_parser("work", help="work on jobs, beside a server on the same PostgreSQL")
    commands.add_parser("migrate", help="bring the database up to date")
    archive.add_verify(commands.add_parser("verify", help="check all that is kept"))
    archive.add_purge(commands.add_parser("purge", help="delete what was kept long enough"))
    archive.add_erase_order(
        commands.add_parser("erase-order", help="delete an order's data, but not its invoice")
    )
    add_clients(commands.add_parser("clients", help="say who gets tokens"))
    add_keys(commands.add_parser("keys", help="replace the keys that are signed with"))
    add_audit(commands.add_parser("audit", help="list who did what"))
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


def _end(code: int) -> NoReturn:
    """Ends this process at once, after all that was to be written is.

    Threads that did not end in their grace still work. Where the interpreter is taken apart under
    them, C libraries that they are in the midst of crash it now and then.
    """
    for process in multiprocessing.active_children():
        process.kill()
    # What the interpreter would do as well: the log is closed, semaphores are given back.
    atexit._run_exitfuncs()  # noqa: SLF001
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _end(main())
