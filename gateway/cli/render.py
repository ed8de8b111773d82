"""`invoicejobs render`: previews of orders in files, without a server.

What computes and renders is the server's code, which this command does not know: it runs
`python -m server render` and shows what that reports, one line of JSON an order.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
import orjson
from google.protobuf import json_format
from invoicejobs.v1.tenant_settings_pb2 import Settings

from gateway.cli.commands import OfflineCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.output import notes, print_json, printable, progress_bar, results
from gateway.cli.refusals import SOME_FAILED
from gateway.cli.settings import add_logos, read_settings

STANDARD = "-"
WRONG_USE = 2


@click.command(
    cls=OfflineCommand,
    examples=(
        "invoicejobs render order.json --settings settings.json",
        "invoicejobs render order.json --settings settings.json -o - | lp",
        "invoicejobs render examples/orders/*.json --settings examples/settings.json \\",
        "  --logo DE=examples/logo.png -o previews/",
    ),
)
@click.argument("orders", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--settings",
    "settings_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="The settings' JSON, as 'settings set' takes it and 'settings get --json' prints it.",
)
@click.option(
    "--logo",
    "logos",
    multiple=True,
    metavar="SITE=PATH",
    help="A picture for the site's invoices; may be repeated.",
)
@click.option("--site", default="", metavar="CODE", help="Take this site, not the order's own.")
@click.option(
    "-o",
    "--output",
    default=".",
    metavar="PATH",
    help="A file that ends in .pdf, a folder, or - for standard output.  [the working folder]",
)
@pass_session
def render(
    session: Session,
    *,
    orders: tuple[str, ...],
    settings_file: str,
    logos: tuple[str, ...],
    site: str,
    output: str,
) -> None:
    """Previews the invoices of ORDERS, files with an order's JSON each, as PDFs.

    It needs no server and no network. Previews bear a watermark in place of a number; one that is
    there already is replaced.
    """
    wanted = _settings(settings_file, logos)
    arguments = ["--settings=-", f"--site={site}", f"--output={output}", "--", *orders]
    failures: list[dict[str, Any]] = []
    warnings: dict[str, None] = {}  # each once, however many orders it is about
    to_standard_output = output == STANDARD
    with (
        _started(arguments, wanted, to_standard_output=to_standard_output) as (child, lines),
        progress_bar() as bar,
    ):
        told = map(_read, bar.track(lines, total=len(orders), description="Rendering previews"))
        for one in told:
            if "message" in one:
                failures.append(one)
            if "warning" in one:
                warnings[printable(one["warning"])] = None
            if session.json and not to_standard_output:
                print_json(one)
            elif "file" in one:
                results().print(one["file"])
    for warning in warnings:
        notes().print(warning, style="yellow")
    for failure in failures:
        notes().print(_sentence(failure), style="red")
    if child.returncode not in {0, SOME_FAILED, WRONG_USE}:
        raise click.ClickException("The previews could not be made: their process ended too early.")
    sys.exit(child.returncode)


def _settings(file: str, logos: tuple[str, ...]) -> Settings:
    try:
        wanted = read_settings(file)
    except click.UsageError as error:  # the command was right, the file is not
        raise click.ClickException(error.message) from error
    add_logos(wanted, logos)
    return wanted


@contextmanager
def _started(
    arguments: list[str], wanted: Settings, *, to_standard_output: bool
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Runs `python -m server render`, and gives it and the stream that it reports on."""
    with tempfile.TemporaryFile() as settings:
        settings.write(json_format.MessageToJson(wanted).encode())
        settings.seek(0)
        with subprocess.Popen(  # noqa: S603 - our own module
            # -P, because a folder may have a server of its own.
            [sys.executable, "-P", "-m", "server", "render", *arguments],
            stdin=settings,
            stdout=None if to_standard_output else subprocess.PIPE,
            stderr=subprocess.PIPE if to_standard_output else None,
            process_group=0,  # Ctrl-C is for us alone
        ) as child:
            stream = child.stderr if to_standard_output else child.stdout
            assert stream is not None  # noqa: S101 - it is the one that is piped
            try:
                yield child, stream
            except BaseException:
                child.kill()
                raise


def _read(line: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:  # what a library has to say
        return {"message": line.decode(errors="replace").rstrip()}
    return told if isinstance(told, dict) else {}


def _sentence(failure: dict[str, Any]) -> str:
    parts = (failure.get("order", ""), failure["message"])
    return printable(": ".join(part for part in parts if part))
