"""What must be true after each round, whatever was done in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

from invoicejobs.v1 import invoice_jobs_pb2

from tests.journeys.service import ROOT
from tests.torture.plant import Plant

SUCCESS = invoice_jobs_pb2.JOB_ORDER_STATUS_SUCCESS
#: Seconds within which the last turns leave the queue.
QUEUE_EMPTY = 30.0
#: Files that a killed process wrote aside may stay this long, beside others that are being written
#: by the living; see `server.wiring.inside.FORGOTTEN` and `server.work.housekeeping`.
FORGOTTEN = 600.0 + 900.0
#: What the log says where it shows the cause of a call's failure though it was foreseen.
FORESEEN = "the environment fails"
#: Each entry of the log begins with its day.
_ENTRIES = re.compile(r"^(?=\d{4}-\d{2}-\d{2} )", re.MULTILINE)

#: What there must be no row of.
WRONG_ROWS = {
    "jobs are not DONE": "jobs WHERE done_at IS NULL",
    "chunks are not done": "chunks WHERE NOT done",
    "orders of jobs are not SUCCESS": "job_orders WHERE status <> 'SUCCESS'",
    "orders have no live invoice, or several": (
        "(SELECT orders.order_id FROM orders LEFT JOIN invoices ON invoices.order_id = "
        "orders.order_id AND invoices.live GROUP BY orders.order_id "
        "HAVING count(invoices.key) <> 1) AS wrong"
    ),
}


class Checks:
    """Looks at everything that was ever invoiced, so that later rounds cannot undo earlier ones."""

    def __init__(self, plant: Plant, tenant: str) -> None:
        self._plant = plant
        self._tenant = tenant
        self._numbers: list[str] = []
        self._log_read = 0

    def after_round(self, job_id: str, order_ids: list[str]) -> list[str]:
        """Tells what is wrong, a sentence each."""
        outcomes = self._plant.service.job_orders(self._tenant, job_id)
        self._numbers += [outcome.invoice_number for outcome in outcomes]
        return [
            *_of_outcomes(outcomes, order_ids),
            *self._of_numbers(),
            *self._of_documents(job_id),
            *self._of_rows(),
            *self._of_queue(),
            *self._of_log(),
        ]

    def verified(self) -> list[str]:
        """Tells what `python -m server verify` finds."""
        ended = subprocess.run(
            [sys.executable, "-m", "server", "verify"],
            cwd=ROOT,
            env=self._plant.service._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        findings = [json.loads(line) for line in ended.stdout.splitlines()]
        if not findings:
            return [f"verify ended with {ended.returncode}: {ended.stderr}"]
        return [
            finding["message"]
            for finding in findings
            if "message" in finding and finding["kind"] != "TEMPORARY_FILE"
        ]

    def left_aside(self, *, all_processes_ended: bool) -> list[str]:
        """Tells of temporary files that nobody writes at any more.

        The next process to start removes those that are old enough, so those of processes that
        have ended are made old.
        """
        found = []
        for file in self._plant.documents.rglob("*.part"):
            if all_processes_ended:
                os.utime(file, (0, 0))
            elif time.time() - file.stat().st_mtime > FORGOTTEN:
                found.append(f"a temporary file is left: {file.name}")
        # Whoever starts removes the folders of those who ended before; each has one of its own.
        folders = self._plant.temporary_files
        if len(folders) > (0 if all_processes_ended else len(self._plant.processes)):
            found.append(f"temporary folders are left: {sorted(folders)}")
        return found

    def _of_numbers(self) -> Iterator[str]:
        """Each number as the API gave it, and as the database has it: 1 to n."""
        rows = self._plant.ask("SELECT number FROM invoices")
        for source, numbers in (("API", self._numbers), ("database", [row[0] for row in rows])):
            counters = sorted(int(number.rpartition("-")[2] or 0) for number in numbers)
            if counters != list(range(1, len(self._numbers) + 1)):
                yield f"the numbers of the {source} are not 1 to {len(self._numbers)}"

    def _of_documents(self, job_id: str) -> Iterator[str]:
        rows = self._plant.ask(
            "SELECT documents.key, documents.sha256 FROM invoices LEFT JOIN documents ON "
            "documents.tenant = invoices.tenant AND documents.invoice_number = invoices.number "
            "WHERE invoices.job_id = ?",
            job_id,
        )
        for key, sha256 in rows:
            if key is None:
                yield "an invoice has no document"
                continue
            file = self._plant.documents / key
            if not file.exists():
                yield f"the document {key} is not there"
            elif hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
                yield f"the document {key} is not what was stored"

    def _of_rows(self) -> Iterator[str]:
        for what, statement in WRONG_ROWS.items():
            count = self._plant.ask(f"SELECT count(*) FROM {statement}")[0][0]
            if count:
                yield f"{count} {what}"

    def _of_queue(self) -> Iterator[str]:
        if self._plant.proxy is None:
            return
        waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        if not self._plant.until(lambda: self._plant.ask(waiting) == [(0,)], QUEUE_EMPTY):
            yield f"{self._plant.ask(waiting)[0][0]} turns are left in the queue"

    def _of_log(self) -> Iterator[str]:
        """What nobody foresaw leaves a trace in the log."""
        log = self._plant.service.log()
        fresh, self._log_read = log[self._log_read :], len(log)
        for entry in _ENTRIES.split(fresh):
            if "Traceback" in entry and FORESEEN not in entry:
                yield f"the log shows a trace: {entry[:3000]}"


def _of_outcomes(outcomes: list[invoice_jobs_pb2.JobOrder], order_ids: list[str]) -> Iterator[str]:
    if [outcome.order_id for outcome in outcomes] != order_ids:
        yield "the job does not list its orders as they were given"
    for outcome in outcomes:
        if outcome.order_status != SUCCESS or outcome.message:
            yield f"the order {outcome.order_id} did not succeed at once: {outcome.message}"
