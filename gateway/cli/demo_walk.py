"""The demo's walk through a running service, as a client that knows gRPC and REST takes it."""

from __future__ import annotations

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
    """Settings and orders in, two jobs, PDFs out."""

    session: Session
    rest_url: str
    examples: Path
    #: Where the PDFs go.
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
        files = sum(outcome.file is not None for outcome in outcomes)
        failed = sum(outcome.status == "FAILURE" for outcome in outcomes)
        results().print(
            f"{files} invoices in {self.output}; {failed} orders failed"
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
                file=self._download(order) if "downloadLink" in order else None,
            )

    def _download(self, order: dict[str, str]) -> Path:
        content = request("GET", order["downloadLink"], http.client.OK)
        if not content.startswith(b"%PDF-"):
            raise RestError(f"{order['downloadLink']} gave something that is no PDF.")
        self.output.mkdir(parents=True, exist_ok=True)
        path = self.output / safe_name(f"{order['invoiceNumber']}.pdf")
        path.write_bytes(content)
        return path

    def _show(self, outcomes: Sequence[Outcome]) -> None:
        results().print()
        print_table(
            ("Job", "Order", "Status", "Invoice", ">Amount", "File or message"),
            (
                (
                    outcome.job,
                    outcome.order_id,
                    outcome.status,
                    outcome.invoice_number,
                    amount(outcome.gross, outcome.currency),
                    outcome.file.name if outcome.file else outcome.message,
                )
                for outcome in outcomes
            ),
            empty="No orders.",
        )
        results().print()
