"""`invoicejobs clients` by real processes, on a database without a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server.storage import migrate

ROOT = Path(__file__).parents[3]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `invoicejobs ARGUMENTS` on an empty database."""
    migrate(f"sqlite:///{tmp_path}/invoicejobs.db")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", *arguments],
            cwd=ROOT,
            env=kept | {"INVOICEJOBS_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_client_is_created_listed_and_revoked(run: Run) -> None:
    made = run("--tenant", "acme", "clients", "create", "web shop", "--json")
    assert made.returncode == 0, made.stderr
    client = json.loads(made.stdout)
    assert client["tenant"] == "acme"
    assert client["scopes"] == ["invoice.job_manage", "invoice.job_read", "invoice.invoice_read"]
    listed = run("clients", "list").stdout
    assert client["clientId"] in listed
    assert client["clientSecret"] not in listed
    assert run("clients", "revoke", client["clientId"]).returncode == 0
    (line,) = run("clients", "list", "--json").stdout.splitlines()
    assert json.loads(line)["revokedAt"]
    again = run("clients", "revoke", client["clientId"])
    assert again.returncode == 3
    assert client["clientId"] in again.stderr


def test_scopes_are_checked_and_the_secret_is_announced(run: Run) -> None:
    wrong = run("--tenant", "acme", "clients", "create", "shop", "--scope", "everything")
    assert wrong.returncode == 2
    assert "everything is not known" in wrong.stderr
    made = run("--tenant", "acme", "clients", "create", "shop", "--scope", "order.order_read")
    assert [line.split()[0] for line in made.stdout.splitlines()] == ["client_id", "client_secret"]
    assert "never shown again" in made.stderr


def test_without_a_tenant_no_client_is_made(run: Run) -> None:
    assert run("clients", "create", "shop").returncode == 2
