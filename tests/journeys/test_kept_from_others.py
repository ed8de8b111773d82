"""Other users of the machine cannot read what the service keeps: keys, orders and invoices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.journeys.service import ROOT, Service, small_orders


def _migrate(data: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "server", "migrate"],
        cwd=ROOT,
        env=os.environ | {"INVOICEJOBS_DATA_DIR": str(data)},
        umask=0o022,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stderr


def _modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o777) for path in (folder, *folder.rglob("*"))}


def test_what_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    service = Service(tmp_path, INVOICEJOBS_WORK_PROCESSES="1")
    before = os.umask(0o022)
    try:
        service.start()
    finally:
        os.umask(before)
    try:
        service.save_settings("acme")
        service.import_orders("acme", small_orders(["1"]))
        service.wait("acme", service.create_job("acme", ["1"]))
        modes = _modes(service.data)
    finally:
        service.stop()
    assert any(name.endswith(".pdf") for name in modes)
    assert modes["invoicejobs.db"] == modes["invoicejobs.db-wal"] == "0o600"
    assert set(modes.values()) == {"0o600", "0o700"}


def test_a_database_that_all_could_read_is_taken_from_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _migrate(data)
    database = data / "invoicejobs.db"
    database.chmod(0o644)
    data.chmod(0o755)
    said = _migrate(data)
    assert _modes(data)["invoicejobs.db"] == "0o600"
    assert f"All users of this machine could read {database}" in said
    assert "chmod go-rwx" in said


def test_a_database_that_a_group_may_read_stays_so(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _migrate(data)
    (data / "invoicejobs.db").chmod(0o640)
    assert "All users" not in _migrate(data)
    assert _modes(data)["invoicejobs.db"] == "0o640"
