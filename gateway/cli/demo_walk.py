"""The demo's walk through a running service, as a client that knows gRPC and REST takes it."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.connection import Session
from gateway.cli.demo_check import Expected, Outcome, problems, read_expected
from gateway.cli.downloading import safe_name
from gateway.cli.importing import import_orders, report_failures, summary
from gateway.cli.invoices import list_invoices
from gateway.cli.output import amount, notes, print_table, results
from gateway.cli.rest import RestClient, RestError, request
from gateway.cli.settings import add_logos, read_settings, save_settings

LOGO_SITES = ("DE", "DE-B2B")
JOB_TYPES = ("MANUAL", "AUTOMATIC")


@dataclass(frozen=True, slots=True)
class DemoWalk:
    """Settings and orders in, two jobs, documents out."""

    session: Session
    rest_url: str
    examples: Path
    #: Where the documents go.
    output: Path

    def run(self) -> bool:
        """Walks the whole path, prints what came of it, and tells whether it went right."""
        expected = read_expected(self.examples / "expected.json")
        self._save_settings()
        self._import_orders()
        outcomes = [
            outcome for job_type in JOB_TYPES for outcome in self._run_job(job_type, expected)
        ]
        self._show(outcomes)
        wrong = list(problems(expected, outcomes))
        for problem in wrong:
            notes().print(problem, style="red")
        issued = sum(bool(outcome.files) for outcome in outcomes)
        files = sum(len(outcome.files) for outcome in outcomes)
        failed = sum(outcome.status == "FAILURE" for outcome in outcomes)
        results().print(
            f"{issued} invoices, {files} files in {self.output}; {failed} orders failed"
            + (", as they should." if not wrong else ".")
        )
        return not wrong

    def _save_settings(self) -> None:
        settings = read_settings(str(self.examples / "settings.json"))
        logo = self.examples / "logo.png"
        add_logos(settings, [f"{site}={logo}" for site in LOGO_SITES])
        saved = save_settings(self.session, settings)
        notes().print(f"Saved the settings of {len(saved.sites)} sites over gRPC.")

    def _import_orders(self) -> None:
        files = sorted(str(path) for path in (self.examples / "orders").glob("*.json"))
        response = import_orders(self.session, files)
        notes().print(f"Imported {len(files)} files over gRPC: {summary(response)}")
        report_failures(response)

    def _run_job(self, job_type: str, expected: Sequence[Expected]) -> Iterator[Outcome]:
        rest = RestClient(self.rest_url, self.session.need_tenant())
        ids = [e.order_id for e in expected if e.job == "MANUAL"] if job_type == "MANUAL" else []
        job_id = rest.create_job(job_type, ids)
        notes().print(f"Created the {job_type} job {job_id} over REST.")
        orders = rest.wait_for_job(job_id)
        invoices = {invoice.order_id: invoice for invoice in list_invoices(self.session)}
        for order in orders:
            invoice = invoices.get(order["orderId"])
            yield Outcome(
                job=job_type,
                order_id=order["orderId"],
                status=order["orderStatus"],
                message=order.get("message", ""),
                invoice_number=order.get("invoiceNumber", ""),
                currency=invoice.currency if invoice else "",
                net=invoice.totals.tax_exclusive if invoice else "",
                tax=invoice.totals.tax if invoice else "",
                gross=invoice.totals.tax_inclusive if invoice else "",
                files=self._download(rest, order) if "downloadLink" in order else [],
            )

    def _download(self, rest: RestClient, order: dict[str, str]) -> list[Path]:
        """Saves all documents of an order's invoice, first what its downloadLink leads to."""
        documents = rest.documents(order["invoiceNumber"])
        first = _unsigned(order["downloadLink"])
        documents.sort(key=lambda document: _unsigned(document["downloadLink"]) != first)
        self.output.mkdir(parents=True, exist_ok=True)
        paths: list[Path] = []
        for document in documents:
            content = request("GET", document["downloadLink"], http.client.OK)
            if hashlib.sha256(content).hexdigest() != document["sha256"]:
                raise RestError(f"{document['downloadLink']} gave other bytes than it promised.")
            path = self.output / safe_name(document["fileName"])
            path.write_bytes(content)
            paths.append(path)
        return paths

    def _show(self, outcomes: Sequence[Outcome]) -> None:
        results().print()
        print_table(
            ("Job", "Order", "Status", "Invoice", ">Amount", "Files or message"),
            (
                (
                    outcome.job,
                    outcome.order_id,
                    outcome.status,
                    outcome.invoice_number,
                    amount(outcome.gross, outcome.currency),
                    _names(outcome.files) or outcome.message,
                )
                for outcome in outcomes
            ),
            empty="No orders.",
        )
        results().print()


def _names(files: Sequence[Path]) -> str:
    """Names the first file, and counts the others."""
    first = files[0].name if files else ""
    return f"{first} + {len(files) - 1} XML" if len(files) > 1 else first


def _unsigned(link: str) -> str:
    """Leaves out what differs between two links to the same document."""
    return link.partition("?")[0]
