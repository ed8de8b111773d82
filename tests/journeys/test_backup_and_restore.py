"""The commands of docs/operations.md, as they are pasted: back up while a job runs, and go on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from invoicejobs.v1 import invoice_jobs_pb2

from tests.journeys.service import ROOT, Service
from tests.postgres import PostgresServer, programs

ORDERS = 1000
DOCS = (ROOT / "docs/operations.md").read_text()

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def _block(heading: str, words: str = "") -> str:
    """Finds the commands below a heading, and below words that stand there."""
    pattern = rf"^## {heading}\n.*?{words}.*?^```sh\n(.*?)^```"
    found = re.search(pattern, DOCS, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs pasted text, with folders of the test's own."""

    def run(text: str, **environment: str) -> Done:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-euc", text.replace("var/", f"{tmp_path}/")],
            cwd=ROOT,
            env=clean | {"PATH": path} | environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return run


def test_a_backup_of_a_running_job_is_restored_and_the_job_goes_on(
    tmp_path: Path, run: Run
) -> None:
    settings = {"INVOICEJOBS_WORK_PROCESSES": "1", "INVOICEJOBS_CHUNK_SIZE": "5"}
    job_id = _back_up_midway(Service(tmp_path, **settings), lambda: run(_block("Back up")))
    lost = _lose_a_document(tmp_path, run)

    done = run(_block("Restore"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "made again, with the same bytes" in done.stdout
    name = lost.relative_to(tmp_path / "backup")
    assert (tmp_path / "restored" / name).read_bytes() == (tmp_path / "data" / name).read_bytes()

    place = {"INVOICEJOBS_DATA_DIR": str(tmp_path / "restored")}
    _go_on(Service(tmp_path, **settings | place), job_id, run, place)


def test_a_backup_of_postgresql_is_restored_and_the_job_goes_on(
    tmp_path: Path, run: Run, postgres_server: PostgresServer
) -> None:
    settings = {"INVOICEJOBS_WORK_PROCESSES": "1", "INVOICEJOBS_CHUNK_SIZE": "5"}
    tools = {"PATH": f"{programs()}{os.pathsep}{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def place(name: str, url: str) -> dict[str, str]:
        return {
            "INVOICEJOBS_DATABASE_URL": url,
            "INVOICEJOBS_DOCUMENTS_DIR": str(tmp_path / name),
        }

    with (
        postgres_server.database("backed_up") as old_url,
        postgres_server.database("restored") as new_url,
    ):
        old, new = place("old", old_url), place("new", new_url)
        job_id = _back_up_midway(
            Service(tmp_path, **settings | old),
            lambda: run(_block("Back up", "On PostgreSQL"), **old, **tools),
        )
        done = run(_block("Restore", "On PostgreSQL"), **new, **tools)
        assert done.returncode == 0, done.stdout + done.stderr
        _go_on(Service(tmp_path, **settings | new), job_id, run, new)


def _back_up_midway(service: Service, back_up: Callable[[], Done]) -> str:
    """Backs a service up while it works on a job, kills it, and gives the job's id."""
    service.start()
    try:
        service.save_settings("acme")
        template = json.loads((ROOT / "examples/orders/01-b2c-domestic-gross.json").read_bytes())
        ids = [f"order-{n}" for n in range(ORDERS)]
        service.import_orders("acme", [json.dumps(template | {"id": i}).encode() for i in ids])
        job_id = service.create_job("acme", ids)
        while service.job("acme", job_id).success_count < ORDERS // 10:
            pass
        done = back_up()
        assert done.returncode == 0, done.stderr
        service.kill()
    finally:
        service.stop()
    return job_id


def _go_on(restored: Service, job_id: str, run: Run, place: dict[str, str]) -> None:
    """Starts a restored service, which has to do the rest of the job and nothing twice."""
    restored.start()
    try:
        before = restored.job("acme", job_id)
        assert before.job_status == invoice_jobs_pb2.JOB_STATUS_IN_PROGRESS, "it ended too soon"
        beside = run("invoicejobs verify --quick", **place)
        assert beside.returncode == 0, beside.stdout + beside.stderr
        restored.wait("acme", job_id)
        outcomes = restored.job_orders("acme", job_id)
    finally:
        restored.stop()
    numbers = sorted(int(re.sub(r"^RE-\d{4}-", "", o.invoice_number)) for o in outcomes)
    assert numbers == list(range(1, ORDERS + 1))
    sound = run("invoicejobs verify", **place)
    assert (sound.returncode, sound.stderr.splitlines()[-1][:17]) == (0, "No problems found")


def _lose_a_document(tmp_path: Path, run: Run) -> Path:
    """Takes a recorded document from the backup and gives its path there."""
    query = (
        "import sqlite3; print(sqlite3.connect('var/backup/invoicejobs.db')"
        ".execute('SELECT min(key) FROM documents').fetchone()[0])"
    )
    key = run(f'python -c "{query}"').stdout.strip()
    lost = tmp_path / "backup/documents" / key
    lost.unlink()
    return lost
