"""`python -m server keys rotate` and `list`: the keys that links and tokens are signed with.

They work on the database itself, also while the service runs.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import timedelta

from server.access.own_keys import PURPOSE as TOKENS
from server.access.tokens import REMEMBERED_SECONDS
from server.audit import operator
from server.config import Config
from server.domain.errors import InvoiceJobsError
from server.ports import KeptKey
from server.service.links import PURPOSE as LINKS
from server.service.origin import acting_for
from server.service.signing_keys import REREAD, RotateKeys
from server.storage import SqlDatabase, open_database, refuse_unmigrated
from server.wiring.clock import SystemClock

#: Exit codes besides 0.
WRONG_USE, FAILED = 2, 3
PURPOSES = (LINKS, TOKENS)


def add_keys(parser: ArgumentParser) -> None:
    """Adds the commands about signing keys and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    rotate = actions.add_parser("rotate", help="sign with a new key from now on")
    rotate.add_argument("purpose", choices=PURPOSES, help="what is signed with it")
    rotate.add_argument(
        "--at-once",
        action="store_true",
        help="let the keys before hold no longer: what they signed is refused",
    )
    shown = actions.add_parser("list", help="list keys, but not their secrets")
    for action in (rotate, shown):
        action.add_argument("--json", action="store_true", help="tell it as JSON")


def keys(config: Config, asked: Namespace) -> int:
    """Does what is asked and tells it. Gives the exit code."""
    if asked.action == "rotate" and asked.purpose == LINKS and config.link_keys:
        sys.stderr.write(
            "INVOICEJOBS_LINK_KEYS says which keys sign links: put a new one first there.\n"
        )
        return WRONG_USE
    try:
        refuse_unmigrated(config.database_url)
        database = open_database(config.database_url)
        try:
            _ACTIONS[asked.action](config, database, asked)
        finally:
            database.close()
    except InvoiceJobsError as error:
        sys.stderr.write(f"{error.message}\n")
        return FAILED
    return 0


def _rotate(config: Config, database: SqlDatabase, asked: Namespace) -> None:
    lifetimes = {
        LINKS: timedelta(days=config.link_days),
        TOKENS: timedelta(seconds=config.token_lifetime + config.jwt_leeway),
    }
    lifetime = timedelta(0) if asked.at_once else lifetimes[asked.purpose]
    with acting_for(operator()):
        key = RotateKeys(database, SystemClock())(asked.purpose, lifetime)
    if asked.json:
        _print(json.dumps(_shown(asked.purpose, key)))
    elif asked.at_once:
        # Servers still know the keys, and tokens that they have checked, for so long.
        seconds = REREAD + (REMEMBERED_SECONDS if asked.purpose == TOKENS else 0)
        _print(f"Rotated to {key.key.key_id}. Servers refuse what others signed in {seconds:g} s.")
    else:
        _print(f"Rotated to {key.key.key_id}. What others signed holds until it expires.")


def _list(_config: Config, database: SqlDatabase, asked: Namespace) -> None:
    with database.read() as unit:
        found = [(each, key) for each in PURPOSES for key in unit.signing_keys.list(each)]
    for purpose, key in found:
        if asked.json:
            _print(json.dumps(_shown(purpose, key)))
        else:
            until = f"holds until {key.holds_until:%Y-%m-%d %H:%M}" if key.holds_until else "newest"
            _print(f"{purpose}  {key.key.key_id}  {key.created_at:%Y-%m-%d %H:%M}  {until}")


_ACTIONS = {"rotate": _rotate, "list": _list}


def _shown(purpose: str, key: KeptKey) -> dict[str, str]:
    shown = {
        "purpose": purpose,
        "keyId": key.key.key_id,
        "createdAt": key.created_at.isoformat(),
    }
    return shown | ({"holdsUntil": key.holds_until.isoformat()} if key.holds_until else {})


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
