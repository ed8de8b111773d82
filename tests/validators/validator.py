"""Asks the worker what is wrong with an XML; one worker serves a whole test session."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from server.domain.document import DocumentFormat
from server.domain.invoice import CREDIT_NOTE, Invoice
from server.rendering.xml import render_xml
from tests.validators.checks import checks_for
from tests.validators.peppol import peppol_failures

ROOT = Path(__file__).parents[2]


class Failure(NamedTuple):
    """A rule that an XML breaks."""

    check: str
    #: Such as BR-CO-10; XSD for a schema.
    rule: str
    #: fatal, warning or information.
    flag: str
    text: str
    place: str


class Validator:
    """The worker process; a context manager."""

    def __init__(self) -> None:
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "tests.validators.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._worker.communicate()

    def run(self, xml: bytes, *checks: str) -> list[Failure]:
        """Runs the named checks."""
        asking, answering = self._worker.stdin, self._worker.stdout
        assert asking
        assert answering
        asking.write(json.dumps({"xml": xml.decode(), "checks": checks}) + "\n")
        asking.flush()
        answer = answering.readline()
        assert answer, "the validators' worker ended; its error is on stderr"
        return [Failure(*failure) for failure in json.loads(answer)]

    def failures(self, invoice: Invoice, format: DocumentFormat) -> list[Failure]:
        """Renders the invoice and runs every check of the format over it."""
        return self.failures_of(render_xml(invoice, format), invoice, format)

    def failures_of(self, xml: bytes, invoice: Invoice, format: DocumentFormat) -> list[Failure]:
        """Runs every check of the format over what was rendered, or was changed afterwards."""
        checks = checks_for(
            format, invoice.draft.seller, is_credit=invoice.type_code == CREDIT_NOTE
        )
        found = self.run(xml, *checks)
        if format is not DocumentFormat.PEPPOL_UBL:
            return found
        # XRechnung's sheet stands in for Peppol's: only the rules that are Peppol's count.
        return [
            failure
            for failure in found
            if failure.check != "xrechnung-ubl" or failure.rule.startswith("PEPPOL-")
        ] + [Failure("peppol", rule, "fatal", text, "/") for rule, text in peppol_failures(xml)]
