"""The hashes of sample documents: what an invoice once looked like, it looks like for ever.

`python -m tests.golden.hashes` prints them, to be compared with another machine's or another
Python's; with --write it renews hashes.json. Renew it only for layouts that no release holds yet:
whoever changes what a released layout draws makes a new version of it and keeps the old one.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from server.domain.branding import LAYOUT_VERSIONS
from server.domain.invoice import Invoice
from server.rendering import render_pdf
from tests.builders.invoices import make_invoice
from tests.validators.archive_cases import NAMES, dressed, scripts, seldom
from tests.validators.scenarios import credit, example_drafts, issue

FILE = Path(__file__).with_name("hashes.json")
#: Hashes by layout and version, then by the invoice's name.
Hashes = dict[str, dict[str, str]]


def recorded() -> Hashes:
    """Reads the hashes that the documents must have."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def hashes(versions: Iterator[str] | list[str]) -> Hashes:
    """Renders each invoice in each version of a layout."""
    return {
        version: {name: digest(replace(invoice, layout=version)) for name, invoice in invoices()}
        for version in versions
    }


def digest(invoice: Invoice) -> str:
    """Gives the SHA-256 of an invoice's document."""
    return hashlib.sha256(render_pdf(invoice)).hexdigest()


def invoices() -> Iterator[tuple[str, Invoice]]:
    """Gives the invoices by name: the samples, pages enough to turn, scripts and what is seldom."""
    drafts = example_drafts()
    for number, (name, draft) in enumerate(drafts.items()):
        yield name, issue(dressed(draft, number))
    yield "credit note", credit(next(iter(drafts.values())))
    yield "120 lines", make_invoice(120)
    for name in NAMES:
        yield name, next(scripts(name))
    yield from seldom().items()


def main() -> None:
    """Prints the hashes, or writes them."""
    known = recorded() if FILE.exists() else {}
    found = hashes(sorted({*known, *LAYOUT_VERSIONS.values()}))
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    if "--write" in sys.argv[1:]:
        FILE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.buffer.write(text.encode())


if __name__ == "__main__":
    main()
