"""`invoicejobs verify`, `purge` and `orders erase`: look after what is kept.

The server's code does the work, on the database and the documents of this machine's settings: these
commands run `python -m server …` and show what that reports.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
import orjson
from rich.progress import Progress, TaskID

from gateway.cli.commands import ClientCommand, OfflineCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.output import notes, print_json, printable, progress_bar, results
from gateway.cli.serve import become


@click.command(
    cls=ClientCommand,
    examples=(
        "invoicejobs verify",
        "invoicejobs verify --tenant demo --quick",
        "invoicejobs verify --json | jq -r 'select(.problem) | .message'",
    ),
)
@click.option("--quick", is_flag=True, help="Look only whether documents are there, read none.")
@click.option("--repair", is_flag=True, help="Make lost documents again from their invoices.")
@pass_session
def verify(session: Session, *, quick: bool, repair: bool) -> None:
    """Walks through the whole archive and says what is wrong.

    It checks every invoice, document, number, order and job in the database and the documents
    folder of this environment, of all tenants unless one is named with --tenant. The service may
    run meanwhile. Exit code: 0 nothing is wrong, 1 something is, 2 wrong use, 3 it could not look.
    """
    arguments = ["--progress"]
    arguments += [f"--tenant={session.tenant}"] if session.tenant else []
    arguments += ["--quick"] if quick else []
    arguments += ["--repair"] if repair else []
    with _started(arguments) as (child, lines), progress_bar() as bar:
        _show(session, lines, bar)
    sys.exit(child.returncode)


def _show(session: Session, lines: IO[bytes], bar: Progress) -> None:
    """Shows what is told: findings as they come, how far it is, and the counts."""
    task: TaskID = bar.add_task("Verifying", total=None)
    for line in lines:
        told: dict[str, Any] = orjson.loads(line)
        if "done" in told:
            bar.update(task, completed=told["done"], total=told["total"])
        elif session.json:
            print_json(told)
        elif "message" in told:
            style = "red" if told["problem"] else "yellow"
            tenant = f"{told['tenant']}: " if told["tenant"] else ""
            results().print(printable(tenant + told["message"]), style=style)
        else:
            bar.stop()
            notes().print(_counted(told))


def _counted(told: dict[str, Any]) -> str:
    problems = told["problems"]
    others = sum(told["findings"].values()) - problems
    said = "1 problem" if problems == 1 else f"{problems or 'No'} problems"
    return f"{said} found{f', and {others} more to know' if others else ''}."


@contextmanager
def _started(arguments: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Runs `python -m server verify`, and gives it and the stream that it reports on."""
    with subprocess.Popen(  # noqa: S603 - our own module
        # -P, because a folder may have a server of its own.
        [sys.executable, "-P", "-m", "server", "verify", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        process_group=0,  # Ctrl-C is for us alone
    ) as child:
        assert child.stdout is not None  # noqa: S101 - it is piped
        try:
            yield child, child.stdout
        except BaseException:
            child.kill()
            raise


@click.command(
    cls=OfflineCommand,
    examples=("invoicejobs purge --dry-run", "INVOICEJOBS_KEEP_JOBS_DAYS=90 invoicejobs purge"),
)
@click.option("--dry-run", is_flag=True, help="Only tell what would be deleted.")
@pass_session
def purge(session: Session, *, dry_run: bool) -> None:
    """Deletes what was kept long enough, as INVOICEJOBS_KEEP_… say.

    The server does it by itself once a day. It may run meanwhile.
    """
    become(
        "server", "purge", *_flag("--dry-run", given=dry_run), *_flag("--json", given=session.json)
    )


@click.command(cls=ClientCommand, examples=("invoicejobs orders erase NH-10421",))
@click.argument("order_id")
@click.confirmation_option(prompt="Nothing brings the order's data back. Erase them?")
@pass_session
def erase(session: Session, order_id: str) -> None:
    """Deletes the personal data of the order ORDER_ID, but not its invoice.

    That is the order itself and what jobs say of it, in the database of this environment. The law
    wants its invoice kept. An order that waits in a job for its invoice is refused.
    """
    tenant = f"--tenant={session.need_tenant()}"
    become("server", "erase-order", tenant, *_flag("--json", given=session.json), "--", order_id)


def _flag(name: str, *, given: bool) -> list[str]:
    return [name] if given else []
