"""`invoicejobs clients`: who may get tokens at /oauth/token.

The server's code does the work, on the database of this machine's settings: these commands run
`python -m server clients …`.
"""

from __future__ import annotations

import click

from gateway.cli.commands import ClientCommand, OfflineCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.serve import become


@click.group()
def clients() -> None:
    """Creates, lists and revokes clients, which get tokens at /oauth/token."""


@clients.command(
    cls=ClientCommand,
    examples=(
        "invoicejobs --tenant acme clients create 'web shop'",
        "invoicejobs --tenant acme clients create import --scope order.order_manage",
    ),
)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help="What it may do, such as invoice.job_read; as often as needed.  "
    "[invoice.job_manage, invoice.job_read, invoice.invoice_read]",
)
@pass_session
def create(session: Session, name: str, scopes: tuple[str, ...]) -> None:
    """Creates a client of the tenant called NAME, and shows its id and secret.

    The secret is shown only now: what is kept is a hash of it.
    """
    become(
        *("server", "clients", "create", f"--tenant={session.need_tenant()}"),
        *(f"--scope={scope}" for scope in scopes),
        *_json(session),
        *("--", name),
    )


@clients.command("list", cls=ClientCommand, examples=("invoicejobs clients list --json",))
@pass_session
def list_clients(session: Session) -> None:
    """Lists the clients of all tenants, or of the one that --tenant names."""
    tenant = [f"--tenant={session.tenant}"] if session.tenant else []
    become("server", "clients", "list", *tenant, *_json(session))


@clients.command(cls=OfflineCommand, examples=("invoicejobs clients revoke CLIENT_ID",))
@click.argument("client_id")
@pass_session
def revoke(session: Session, client_id: str) -> None:
    """Lets the client CLIENT_ID get no more tokens; those that it has hold until they expire."""
    become("server", "clients", "revoke", *_json(session), "--", client_id)


def _json(session: Session) -> list[str]:
    return ["--json"] if session.json else []
