"""Renders what the invoice of an order would look like, and leaves no trace of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from server.domain.computation import compute_invoice, issue_invoice
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.order import Order
from server.domain.settings import TenantSettings
from server.ports import CheckFonts, Clock, Identifiers, Renderer

_UNSAFE = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview as a PDF, and a name to save it under."""

    pdf: bytes
    file_name: str


@dataclass(frozen=True, slots=True)
class RenderPreview:
    """Renders an order's invoice as a job would, but without a number and an e-invoice in it."""

    clock: Clock
    identifiers: Identifiers
    check_fonts: CheckFonts
    renderer: Renderer
    #: Gives what stands where the number will, for a BCP 47 tag.
    word_for: Callable[[str], str]

    def __call__(self, order: Order, settings: TenantSettings) -> Preview:
        """Renders a preview, dated today.

        Raises OrderRejected with the reason a job would give, and Unavailable.
        """
        draft = compute_invoice(order, settings, self.identifiers)
        self.check_fonts(draft)
        pdf = self.renderer.preview(self._invoice(draft, settings))
        name = _UNSAFE.sub("-", order.order_id).strip("-.") or "order"
        return Preview(pdf, f"preview-{name}.pdf")

    def _invoice(self, draft: InvoiceDraft, settings: TenantSettings) -> Invoice:
        now = self.clock.now()
        site = settings.site(draft.site_code)
        assert site is not None  # noqa: S101 - the draft was computed with its settings
        word = self.word_for(draft.language)
        # An e-invoice inside would be taken for the invoice by whatever program reads it.
        bare = replace(draft, formats=(), embedded=None)
        return issue_invoice(bare, word, now, now.astimezone(ZoneInfo(site.time_zone)))
