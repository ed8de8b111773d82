"""`python -m server clients create`, `list` and `revoke`: who gets tokens of our own.

They work on the database itself, also while the service runs.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from server.access.secret_hashes import Argon2Hashes
from server.audit import operator
from server.config import Config
from server.domain.caller import SCOPES
from server.domain.client import Client
from server.domain.errors import InvalidInput, InvoiceJobsError
from server.domain.tenant import parse_tenant
from server.service.clients import CreateClient, ListClients, RevokeClient
from server.service.origin import acting_for
from server.storage import SqlDatabase, open_database, refuse_unmigrated
from server.wiring.clock import SystemClock, new_id

#: Exit codes besides 0.
WRONG_USE, FAILED = 2, 3
#: What the documented endpoints need.
USUAL_SCOPES = ("invoice.job_manage", "invoice.job_read", "invoice.invoice_read")


def add_clients(parser: ArgumentParser) -> None:
    """Adds the commands about clients and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="create a client and show its secret, once")
    create.add_argument("name", help="what people call it, such as 'web shop'")
    create.add_argument("--tenant", required=True, help="whose data it may see")
    create.add_argument(
        "--scope",
        action="append",
        metavar="SCOPE",
        help=f"what it may do, as often as needed, of {', '.join(SCOPES)}; "
        f"else {', '.join(USUAL_SCOPES)}",
    )
    shown = actions.add_parser("list", help="list clients")
    shown.add_argument("--tenant", default="", help="of this tenant only")
    revoke = actions.add_parser("revoke", help="let a client get no more tokens")
    revoke.add_argument("client_id", help="the client's id")
    for action in (create, shown, revoke):
        action.add_argument("--json", action="store_true", help="tell it as JSON")


def clients(config: Config, asked: Namespace) -> int:
    """Does what is asked and tells it. Gives the exit code."""
    try:
        with _opened(config) as database, acting_for(operator()):
            _ACTIONS[asked.action](database, asked)
    except InvoiceJobsError as error:
        sys.stderr.write(f"{error.message}\n")
        return WRONG_USE if isinstance(error, InvalidInput) else FAILED
    return 0


def _create(database: SqlDatabase, asked: Namespace) -> None:
    create = CreateClient(database, SystemClock(), new_id, Argon2Hashes())
    scopes = tuple(asked.scope or USUAL_SCOPES)
    client, secret = create(parse_tenant(asked.tenant), asked.name, scopes)
    if asked.json:
        _print(json.dumps({**_shown(client), "clientSecret": secret}))
        return
    _print(f"client_id      {client.client_id}")
    _print(f"client_secret  {secret}")
    sys.stderr.write("Keep the secret now: it is not kept here and never shown again.\n")


def _list(database: SqlDatabase, asked: Namespace) -> None:
    for client in ListClients(database)(parse_tenant(asked.tenant) if asked.tenant else None):
        if asked.json:
            _print(json.dumps(_shown(client)))
        else:
            state = f"revoked {client.revoked_at:%Y-%m-%d}" if client.revoked_at else "active"
            scopes = " ".join(client.scopes)
            _print(f"{client.client_id}  {client.tenant}  {state}  {client.name}  {scopes}")


def _revoke(database: SqlDatabase, asked: Namespace) -> None:
    RevokeClient(database, SystemClock())(asked.client_id)
    if asked.json:
        _print(json.dumps({"clientId": asked.client_id, "revoked": True}))
    else:
        _print("Revoked. Tokens that it has hold until they expire.")


_ACTIONS = {"create": _create, "list": _list, "revoke": _revoke}


@contextmanager
def _opened(config: Config) -> Iterator[SqlDatabase]:
    # Without the lock of the data folder: transactions keep us and the service apart.
    refuse_unmigrated(config.database_url)
    database = open_database(config.database_url)
    try:
        yield database
    finally:
        database.close()


def _shown(client: Client) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "clientId": client.client_id,
        "tenant": client.tenant,
        "name": client.name,
        "scopes": client.scopes,
        "createdAt": client.created_at.isoformat(),
    }
    return shown | ({"revokedAt": client.revoked_at.isoformat()} if client.revoked_at else {})


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
