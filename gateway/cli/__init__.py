"""The `invoicejobs` command: one more client of the same stubs, and what starts the service."""

from __future__ import annotations

import click

from gateway.cli.auditing import audit
from gateway.cli.cancelling import cancel
from gateway.cli.clients import clients
from gateway.cli.commands import RootGroup
from gateway.cli.demo import demo
from gateway.cli.invoices import invoices
from gateway.cli.jobs import jobs
from gateway.cli.keeping import erase, purge, verify
from gateway.cli.keys import keys
from gateway.cli.orders import orders
from gateway.cli.previewing import preview
from gateway.cli.render import render
from gateway.cli.schedules import schedules
from gateway.cli.serve import gateway, migrate, serve, server, worker
from gateway.cli.settings import settings


@click.group(
    cls=RootGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=(
        "invoicejobs demo",
        "invoicejobs render examples/orders/01*.json --settings examples/settings.json",
        "invoicejobs serve",
        "export INVOICEJOBS_TENANT=demo",
        "invoicejobs settings set examples/settings.json --logo DE=examples/logo.png",
        "invoicejobs orders import examples/orders/*.json",
        "invoicejobs jobs create --order NH-10421 --order NH-10435 --wait",
        "invoicejobs invoices download --job JOB_ID --output invoices/",
    ),
)
@click.version_option(package_name="invoicejobs", message="%(prog)s %(version)s")
def main() -> None:
    """Turns a shop's orders into invoices, and shows them."""


invoices.add_command(cancel)
orders.add_command(erase)
main.add_command(audit)
main.add_command(verify)
main.add_command(purge)
invoices.add_command(preview)
for command in (
    serve,
    server,
    worker,
    gateway,
    migrate,
    demo,
    orders,
    settings,
    jobs,
    invoices,
    render,
):
    main.add_command(command)
main.add_command(schedules)
main.add_command(clients)
main.add_command(keys)
