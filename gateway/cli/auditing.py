"""`invoicejobs audit`: who did what.

The server's code reads the log, in the database of this machine's settings: this command runs
`python -m server audit`.
"""

from __future__ import annotations

import click

from gateway.cli.commands import ClientCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.serve import become


@click.command(
    cls=ClientCommand,
    examples=(
        "invoicejobs audit --about RE-2026-00042",
        "invoicejobs --tenant acme audit --action UPDATE_SETTINGS --since 2026-01-01",
        "invoicejobs audit --subject operator:root --json | jq .",
    ),
)
@click.option(
    "--subject",
    metavar="CALLER",
    help="Only what this caller did: a client's id, as 'clients list' tells it, or operator:USER.",
)
@click.option("--action", metavar="ACTION", help="Only this, such as ISSUE_INVOICES.")
@click.option("--about", metavar="ID", help="Only about this job, invoice or order.")
@click.option("--since", metavar="TIME", help="From this time on, such as 2026-03-10.")
@click.option("--until", metavar="TIME", help="Before this time.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    metavar="NUMBER",
    help="At most so many.  [100]",
)
@pass_session
def audit(session: Session, /, limit: int, **filters: str | None) -> None:
    """Lists who did what, the newest first.

    That is: jobs created, tried again and cancelled, invoices issued and cancelled, settings
    changed, documents taken, orders erased; of all tenants unless one is named with --tenant. It
    reads the database of this environment. Nothing in the log can be changed.
    """
    arguments = [f"--limit={limit}"]
    arguments += [f"--tenant={session.tenant}"] if session.tenant else []
    arguments += [f"--{name}={value}" for name, value in filters.items() if value]
    arguments += ["--json"] if session.json else []
    become("server", "audit", *arguments)
