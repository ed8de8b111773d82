"""`python -m tests.torture.poisoned` is `python -m server`, but one order's invoice is deadly.

The product has no switch for that; here the wiring is given another function to draw with.
"""

from __future__ import annotations

import os
import signal
import sys

import server.wiring.chunk_process
from server.__main__ import main
from server.domain.document import DocumentFormat
from server.domain.invoice import Invoice
from server.rendering import render_document

#: The order whose invoice ends whoever draws it.
POISON = "order-poison"


def draw(invoice: Invoice, format: DocumentFormat) -> bytes:
    """Draws an invoice, or ends the process. At module level, to be found by name."""
    if invoice.draft.order_id == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return render_document(invoice, format)


# Processes that are started for chunks read this file, too, under another name.
vars(server.wiring.chunk_process)["render_document"] = draw

if __name__ == "__main__":
    sys.exit(main())
