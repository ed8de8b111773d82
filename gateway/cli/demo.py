"""`invoicejobs demo`: the whole path on sample orders, and the proof that it went right."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from pathlib import Path

import click
import grpc

from gateway.cli.connection import Session
from gateway.cli.demo_walk import DemoWalk
from gateway.cli.output import notes, printable
from gateway.cli.processes import Addresses, Service, ServiceFailed, free_port
from gateway.cli.refusals import SOME_FAILED, Refused, refusal
from gateway.cli.rest import RestError
from gateway.cli.serve import banner, stop_on_signals, watch

HOST = "127.0.0.1"
TENANT = "demo"
#: What a demo makes in its folder, and all that the next one removes.
MADE = ("data", "invoices", "service.log")
MARK = ".made-by-invoicejobs-demo"
LOG_LINES = 15


@click.command()
@click.option(
    "--examples",
    type=click.Path(path_type=Path),
    default=Path("examples"),
    metavar="FOLDER",
    help="Folder of the sample settings and orders.  [examples]",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    metavar="FOLDER",
    help="Where the demo keeps its data and puts the documents.  [var/demo]",
)
@click.option("--keep", is_flag=True, help="Leave the service running until Ctrl-C.")
def demo(examples: Path, folder: Path, *, keep: bool) -> None:
    """Issues sample invoices on this machine and shows them.

    Starts the service on free ports with a data folder of its own, takes in settings and orders
    over gRPC, creates a MANUAL and an AUTOMATIC job over REST, and downloads all documents. Exit
    code 0 means that every order ended as it should, also those that must fail.
    """
    if not (examples / "orders").is_dir():
        raise click.UsageError(
            f"There are no sample orders in {examples}. Run the demo in the project's folder, or "
            "name the samples with --examples."
        )
    clear(folder)
    # SIGTERM unwinds like Ctrl-C, so that the service does not outlive its demo.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    addresses = Addresses(HOST, free_port(HOST), HOST, free_port(HOST))
    environment = {"INVOICEJOBS_DATA_DIR": str((folder / "data").resolve())}
    session = Session(target=addresses.grpc_target, tenant=TENANT)
    log_path = folder / "service.log"
    try:
        with (
            log_path.open("wb") as log,
            Service(addresses, environment, clean=True, log=log) as service,
        ):
            notes().print("Starting the service …")
            service.wait_until_ready(threading.Event())
            notes().print(f"Ready: REST {addresses.rest_url}, gRPC {addresses.grpc_target}.")
            walk = DemoWalk(session, addresses.rest_url, examples, folder / "invoices")
            went_right = walk.run()
            if keep:
                asked = stop_on_signals(service)
                notes().print(banner(addresses))
                watch(service, asked)
    except (ServiceFailed, RestError) as error:
        show_end(log_path)
        raise Refused(str(error)) from error
    except grpc.RpcError as error:
        show_end(log_path)
        raise refusal(error, session.target, session.timeout) from error
    finally:
        session.close()
    if not went_right:
        sys.exit(SOME_FAILED)


def clear(folder: Path) -> None:
    """Removes what a former demo made in the folder, and nothing else."""
    mark = folder / MARK
    if folder.exists() and not mark.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} holds other things. Name another one with --folder.")
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
    for name in MADE:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def show_end(log_path: Path) -> None:
    """Prints the last lines of the service's log to stderr, and where the rest is."""
    lines = log_path.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines[-LOG_LINES:]:
        notes().print(printable(line), style="dim")
    notes().print(f"The whole log of the service is {log_path}.")
