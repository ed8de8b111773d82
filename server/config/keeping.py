"""How long things are kept."""

from __future__ import annotations

from dataclasses import dataclass

from process.config.variable import Variable, between


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """How long things are kept."""

    #: Days that a job is kept after it was DONE; 0 for ever.
    keep_jobs_days: int
    #: Days that an order is kept after its invoice was issued; 0 for ever.
    keep_orders_days: int
    #: Calendar years that an invoice is kept after the year of its issue; 0 for ever.
    keep_invoices_years: int


VARIABLES = (
    Variable("INVOICEJOBS_KEEP_JOBS_DAYS", "keep_jobs_days", "365", between(0, 36_500),
             "Days that a job is kept after it was done; 0 keeps it for ever."),
    Variable("INVOICEJOBS_KEEP_ORDERS_DAYS", "keep_orders_days", "0", between(0, 36_500),
             "Days that an order is kept after its invoice was issued; 0 keeps it as long as the "
             "invoice."),
    Variable("INVOICEJOBS_KEEP_INVOICES_YEARS", "keep_invoices_years", "10", between(0, 100),
             "Years that an invoice is kept after the end of the year of its issue; 0 keeps it for "
             "ever."),
)  # fmt: skip
