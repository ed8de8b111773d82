"""`invoicejobs orders`: takes orders in and shows them."""

from __future__ import annotations

import sys

import click
import orjson
from invoicejobs.v1.orders_pb2 import GetOrderRequest, ListOrdersRequest, Order

from gateway.cli.commands import ClientGroup
from gateway.cli.connection import Session, pass_session
from gateway.cli.importing import import_orders, report_failures, summary
from gateway.cli.output import (
    amount,
    as_dict,
    moment,
    print_fields,
    print_json,
    print_table,
    results,
)
from gateway.cli.paging import pages
from gateway.cli.refusals import SOME_FAILED


@click.group(cls=ClientGroup)
def orders() -> None:
    """Takes orders in and shows them."""


@orders.command(
    "import",
    examples=(
        "invoicejobs orders import examples/orders/*.json",
        "zcat orders.ndjson.gz | invoicejobs orders import -",
    ),
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
)
@pass_session
def import_(session: Session, files: tuple[str, ...]) -> None:
    """Imports orders in the platform's JSON form from FILES; '-' reads stdin.

    A file holds one order, an array of orders, or one order a line (NDJSON), which is read line
    by line however long it is. A malformed order is reported and does not stop the others; an
    order that is there already is replaced, so an import may be repeated.
    """
    response = import_orders(session, files)
    if session.json:
        print_json(as_dict(response))
    else:
        results().print(summary(response))
    report_failures(response)
    if response.failed_count:
        sys.exit(SOME_FAILED)


@orders.command(
    examples=(
        "invoicejobs orders get NH-10421",
        "invoicejobs orders get NH-10421 --source > order.json",
    )
)
@click.argument("order_id")
@click.option("--source", is_flag=True, help="Print only the order's JSON, as it was imported.")
@pass_session
def get(session: Session, order_id: str, *, source: bool) -> None:
    """Shows the order ORDER_ID."""
    request = GetOrderRequest(tenant=session.need_tenant(), order_id=order_id)
    response = session.orders.GetOrder(request, timeout=session.timeout)
    if source:
        sys.stdout.buffer.write(response.order_json)
    elif session.json:
        # The order's own JSON goes through as it is: numbers keep all their decimals.
        source_json = orjson.Fragment(response.order_json)
        print_json({"order": as_dict(response.order), "orderJson": source_json})
    else:
        order = response.order
        print_fields(
            [
                ("Order", order.order_id),
                ("Number", order.order_number),
                ("Site", order.site_code),
                ("Status", order.order_status),
                ("Extended status", order.extended_order_status),
                ("Placed", moment(order.create_time)),
                ("Total", amount(order.total, order.currency)),
                ("Invoice", order.invoice_number or "none yet"),
            ]
        )


@orders.command(
    "list",
    examples=(
        "invoicejobs orders list --not-invoiced --status CONFIRMED",
        "invoicejobs orders list --json | jq -r .orderId",
    ),
)
@click.option("--invoiced/--not-invoiced", default=None, help="Only those with/without an invoice.")
@click.option("--status", default="", help="Only orders of this platform status, such as CREATED.")
@pass_session
def list_(session: Session, *, invoiced: bool | None, status: str) -> None:
    """Lists the tenant's orders by order id."""
    request = ListOrdersRequest(
        tenant=session.need_tenant(), invoiced=invoiced, order_status=status
    )
    found: list[Order] = []
    for page in pages(
        lambda request: session.orders.ListOrders(request, timeout=session.timeout), request
    ):
        if session.json:
            for order in page.orders:
                print_json(as_dict(order))
        else:
            found += page.orders
    if not session.json:
        print_table(
            ("Order", "Number", "Site", "Status", "Ext.", "Placed", ">Total", "Invoice"),
            (
                (
                    order.order_id,
                    order.order_number,
                    order.site_code,
                    order.order_status,
                    order.extended_order_status,
                    moment(order.create_time),
                    amount(order.total, order.currency),
                    order.invoice_number,
                )
                for order in found
            ),
            empty="No orders.",
        )
