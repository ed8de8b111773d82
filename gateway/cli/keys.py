"""`invoicejobs keys`: the keys that links and tokens are signed with.

The server's code does the work, on the database of this machine's settings: these commands run
`python -m server keys …`.
"""

from __future__ import annotations

import click

from gateway.cli.commands import OfflineCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.serve import become


@click.group()
def keys() -> None:
    """Replaces and lists the keys that links and tokens are signed with."""


@keys.command(
    cls=OfflineCommand,
    examples=("invoicejobs keys rotate links", "invoicejobs keys rotate tokens --at-once"),
)
@click.argument("purpose", type=click.Choice(("links", "tokens")))
@click.option("--at-once", is_flag=True, help="Refuse what was signed before: a key leaked.")
@pass_session
def rotate(session: Session, purpose: str, *, at_once: bool) -> None:
    """Signs links or tokens with a new key from now on.

    What was signed before holds until it expires, unless --at-once is given. The server may run
    meanwhile, and needs no restart.
    """
    become(
        "server", "keys", "rotate", *(["--at-once"] if at_once else []), *_json(session), purpose
    )


@keys.command("list", cls=OfflineCommand, examples=("invoicejobs keys list",))
@pass_session
def list_keys(session: Session) -> None:
    """Lists the keys of the database, but not their secrets."""
    become("server", "keys", "list", *_json(session))


def _json(session: Session) -> list[str]:
    return ["--json"] if session.json else []
