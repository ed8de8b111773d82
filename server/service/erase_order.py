"""Deletes the personal data of an order, for the person who asked for that.

Its invoice stays as it is: the law wants it kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from server.domain.audit import AuditAction, AuditEntry
from server.domain.errors import Conflict, NotFound
from server.domain.tenant import Tenant
from server.ports import Clock, Database
from server.service.origin import current_origin

#: Says what was erased, however little else is logged.
audit = logging.getLogger("server.audit")
audit.setLevel(logging.INFO)

#: What outcomes of jobs say afterwards.
ERASED = "The data of this order were erased."


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what is kept."""

    #: Whether the order itself was there.
    order: bool
    #: How many outcomes of jobs said something of it.
    outcomes: int
    #: Its invoices and credit notes that are kept, the oldest first.
    invoice_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EraseOrder:
    """Erases an order's JSON and what outcomes of jobs say of it."""

    database: Database
    clock: Clock

    def __call__(self, tenant: Tenant, order_id: str) -> Erased:
        """Erases an order and notes that in the log. Safe to repeat.

        Raises NotFound when nothing is known of it, which is so after the first time when no job
        and no invoice tells of it, and Conflict while it waits in a job for its invoice.
        """
        with self.database.write() as unit:
            invoice = unit.invoices.of_orders(tenant, [order_id]).get(order_id)
            if invoice is None and unit.retention.waits(tenant, [order_id]):
                raise Conflict(
                    f"The order {order_id!r} waits in a job for its invoice: erase it when the job "
                    "is DONE.",
                    reason="ORDER_IN_WORK",
                )
            kept = unit.retention.invoices_of(tenant, order_id)
            found = unit.retention.erase_order(tenant, order_id, ERASED)
            if not (found.order or found.told or kept):
                raise NotFound(
                    f"There is no order {order_id!r}: there never was one, or it is erased.",
                    reason="ORDER_NOT_FOUND",
                )
            unit.audit.add(
                AuditEntry(
                    self.clock.now(), tenant, AuditAction.ERASE_ORDER, order_id, current_origin()
                )
            )
            unit.commit()
        erased = Erased(found.order, found.changed, kept)
        audit.info(
            "erased order %r of tenant %s: order %s, %d outcomes of jobs; invoices kept: %s",
            *(order_id, tenant, "deleted" if found.order else "was not there", found.changed),
            ", ".join(kept) or "none",
        )
        return erased
