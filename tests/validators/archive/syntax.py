"""The file itself: PDF 1.7 that qpdf finds nothing to say about, and PDF/A-3b."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator

import page

from tests.validators.archive.tools import run

_PROFILE = "3b"
#: The status of a file that qpdf finds nothing to warn of.
_OK = 0
_BINARY = range(0x80, 0x100)


def syntax_problems(pdf: bytes) -> Iterator[str]:
    """Gives what the validators of syntax and PDF/A say, and what they let pass."""
    yield from _header(pdf)
    yield from _ends_of_streams(pdf)
    yield from _qpdf(pdf)
    yield from _pdf_a(pdf)


def _header(pdf: bytes) -> Iterator[str]:
    if not pdf.startswith(b"%PDF-1.7\n%"):
        yield f"header: {pdf[:12]!r} is not PDF 1.7 with a comment behind it"
    if not all(byte in _BINARY for byte in pdf[10:14]):
        yield f"header: the comment {pdf[9:15]!r} does not say that the file is binary"
    if not pdf.rstrip(b"\n").endswith(b"%%EOF"):
        yield "header: the file does not end in %%EOF"
    if pdf.count(b"%%EOF") != 1:
        yield "header: the file was changed after it was written"


def _ends_of_streams(pdf: bytes) -> Iterator[str]:
    """Looks for the end-of-line before `endstream`, which the validators do not all demand."""
    for found in re.finditer(rb"(?<![\r\n])endstream\b", pdf):
        yield f"endstream: no end-of-line before it at byte {found.start()}"


def _qpdf(pdf: bytes) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        check = run("qpdf", "--check", file.name)
    if check.returncode != _OK:
        lines = check.stderr.decode().replace(f"{file.name} ", "").strip().splitlines()
        yield from (f"qpdf: {line}" for line in lines or [f"status {check.returncode}"])


def _pdf_a(pdf: bytes) -> Iterator[str]:
    try:
        report = page.validate_pdf_bytes(pdf, profile=_PROFILE)
    except page.PageError as error:
        yield f"pdf/a: {error}"
        return
    for failure in report.failures:
        yield f"pdf/a: {failure.rule_id} {failure.message}"
    if not report.is_compliant and not report.failures:
        yield "pdf/a: not compliant"
