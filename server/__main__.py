"""Runs the server: `python -m server serve`, `work`, `migrate`, `render`, and for what is kept."""

from __future__ import annotations

import argparse
import atexit
import logging
import multiprocessing
import os
import sys
import textwrap
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from server.config import VARIABLES, Config, ConfigError, read_config
from server.domain.errors import InvoiceJobsError, Unavailable
from server.work.processes import load_ahead

AddOptions: TypeAlias = Callable[[argparse.ArgumentParser], None]
Run: TypeAlias = Callable[[Config, argparse.Namespace], int]

#: What each command is for.
_COMMANDS = {
    "serve": "answer calls and work on jobs",
    "work": "work on jobs, beside a server on the same PostgreSQL",
    "migrate": "bring the database up to date",
    "verify": "check all that is kept",
    "purge": "delete what was kept long enough",
    "erase-order": "delete an order's data, but not its invoice",
    "clients": "say who gets tokens",
    "keys": "replace the keys that are signed with",
    "audit": "list who did what",
    "render": "render previews of orders in files, without a server",
}


def main() -> int:
    """Runs a command and gives its exit code: 0 done, 1 failed, 2 wrong use or settings."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    arguments = _parser(chosen).parse_args()
    if chosen == "render":
        from server.wiring.previews import render_files

        return render_files()(arguments)
    try:
        config = read_config()
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
        return 2
    # The database and its backups hold orders and the keys we sign with: for this user alone.
    os.umask(0o077)
    if chosen in {"serve", "work"}:
        # Before anything is imported that takes its time; after the umask, which is passed on.
        shared = not config.database_url.startswith("sqlite")
        queue = ["server.work.procrastinate_engine"] if shared else []
        load_ahead(*queue, "server.wiring.loaded_ahead", at_once=config.work_processes > 0)
    _get_ready(config)
    try:
        return _run(chosen, config, arguments)
    except InvoiceJobsError as error:
        logging.getLogger("server").critical(error.message)
        return 1


def _get_ready(config: Config) -> None:
    from process.logs import set_up_logs
    from server.data_folder import keep_from_others

    # Our own words about the environment quote nobody.
    set_up_logs(config.log_level, config.log_format, speaking=(OSError, Unavailable))
    keep_from_others(config)


def _run(command: str, config: Config, arguments: argparse.Namespace) -> int:
    """Imports what a command needs, and nothing that others do: a server starts sooner."""
    match command:
        case "serve":
            from server.wiring.serving import serve

            serve(config)
        case "work":
            from server.worker import work

            work(config)
        case "migrate":
            _migrate(config)
        case _:
            _, run = _of_what_is_kept(command)
            return run(config, arguments)
    return 0


def _migrate(config: Config) -> None:
    from server.data_folder import make_data_folder
    from server.engines import migrate_database

    make_data_folder(config.data_dir)
    migrate_database(config)
    logging.getLogger("server").info("the database is up to date")


def _of_what_is_kept(command: str) -> tuple[AddOptions, Run]:
    """Gives what adds the options of a command for what is kept, and what runs it."""
    from server import archive, audit, clients, keys

    commands: dict[str, tuple[AddOptions, Run]] = {
        "verify": (archive.add_verify, archive.verify),
        "purge": (archive.add_purge, archive.purge),
        "erase-order": (archive.add_erase_order, archive.erase_order),
        "clients": (clients.add_clients, clients.clients),
        "keys": (keys.add_keys, keys.keys),
        "audit": (audit.add_audit, audit.audit),
    }
    return commands[command]


def _parser(chosen: str) -> argparse.ArgumentParser:
    """Makes the parser of all commands, with the options of the chosen one alone."""
    parser = argparse.ArgumentParser(
        prog="python -m server",
        description="The gRPC server of InvoiceJobs, and the worker of its jobs.",
        epilog="Environment:\n" + "\n".join(_described()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in _COMMANDS.items():
        command = commands.add_parser(name, help=what)
        if name == chosen == "render":
            from server.preview import add_options

            add_options(command)
        elif name == chosen and name not in {"serve", "work", "migrate"}:
            add, _ = _of_what_is_kept(name)
            add(command)
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
