"""`invoicejobs keys` by real processes, on a database without a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.domain.audit import AuditAction, AuditFilter
from server.storage import migrate, open_database

ROOT = Path(__file__).parents[3]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `invoicejobs keys ARGUMENTS` on an empty database."""
    migrate(f"sqlite:///{tmp_path}/invoicejobs.db")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {f"INVOICEJOBS_{name}": value for name, value in variables.items()}
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", "keys", *arguments],
            cwd=ROOT,
            env=kept | {"INVOICEJOBS_DATA_DIR": str(tmp_path)} | given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_keys_are_rotated_and_listed_but_their_secrets_are_not(run: Run, tmp_path: Path) -> None:
    first = json.loads(run("rotate", "links", "--json", LINK_DAYS="3").stdout)
    assert run("rotate", "links", LINK_DAYS="3").returncode == 0
    assert run("rotate", "tokens").returncode == 0
    shown = run("list", "--json").stdout
    old, new, tokens = (json.loads(line) for line in shown.splitlines())
    assert (old["keyId"], old["purpose"]) == (first["keyId"], "links")
    left = datetime.fromisoformat(old["holdsUntil"]) - datetime.fromisoformat(new["createdAt"])
    assert timedelta(days=3) < left < timedelta(days=3, minutes=5)
    assert "holdsUntil" not in new
    assert tokens["purpose"] == "tokens"
    database = open_database(f"sqlite:///{tmp_path}/invoicejobs.db")
    with database.read() as unit:
        (secret, _) = [kept.key.secret for kept in unit.signing_keys.list("links")]
    database.close()
    assert secret.hex() not in shown
    assert "newest" in run("list").stdout


def test_keys_that_leaked_cease_to_hold_at_once(run: Run) -> None:
    leaked = json.loads(run("rotate", "tokens", "--json").stdout)["keyId"]
    done = run("rotate", "tokens", "--at-once")
    assert done.returncode == 0
    # Keys are known for 10 seconds, and so are tokens that were checked with them.
    assert "refuse what others signed in 20 s" in done.stdout
    assert "in 10 s" in run("rotate", "links", "--at-once").stdout
    _, only = (json.loads(line) for line in run("list", "--json").stdout.splitlines())
    assert only["keyId"] != leaked


def test_who_replaced_keys_and_when_is_in_the_audit_log(run: Run, tmp_path: Path) -> None:
    new = json.loads(run("rotate", "tokens", "--at-once", "--json").stdout)
    database = open_database(f"sqlite:///{tmp_path}/invoicejobs.db")
    with database.read() as unit:
        ((_, entry),) = unit.audit.page(AuditFilter(), None, 10)
    database.close()
    assert (entry.action, entry.about, entry.tenant) == (AuditAction.ROTATE_KEYS, "tokens", "")
    assert entry.origin.subject.startswith("operator:")
    assert new["keyId"] in entry.detail
    assert f"hold until {entry.at:%Y-%m-%d %H:%M:%S}" in entry.detail


def test_keys_that_the_environment_gives_are_replaced_there(run: Run) -> None:
    done = run("rotate", "links", LINK_KEYS=f"a:{'s' * 32}")
    assert done.returncode == 2
    assert "INVOICEJOBS_LINK_KEYS" in done.stderr
    assert run("rotate", "tokens", LINK_KEYS=f"a:{'s' * 32}").returncode == 0
    assert run("rotate", "cookies").returncode == 2
