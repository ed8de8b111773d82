"""From an order and the tenant's settings to an invoice, exactly. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from server.domain.buyer import buyer_and_delivery
from server.domain.errors import OrderRejected, missing
from server.domain.invoice import (
    AdjustmentKind,
    Invoice,
    InvoiceDraft,
    Payment,
    TaxSubtotal,
    Totals,
)
from server.domain.lines import adjustment, invoice_line
from server.domain.money import ZERO, is_currency, round_half_up, smallest_unit
from server.domain.order import Order
from server.domain.parts import PartKind, check_sums, parts_of
from server.domain.settings import SUPPORTED_LANGUAGES, Site, TenantSettings
from server.domain.tax import EXEMPTION_REASONS, group_by_rate, tax_category

#: Payments in these states moved no money, or moved it back.
_UNPAID = frozenset({"FAILED", "DECLINED", "CANCELLED", "CANCELED", "EXPIRED", "REFUNDED"})


def compute_invoice(order: Order, settings: TenantSettings) -> InvoiceDraft:
    """Computes the invoice of an order; its total with tax is the order's to the cent.

    Raises OrderRejected, naming the field, when the order lacks what an invoice needs, was
    declined, or does not add up.
    """
    site = _site(order, settings)
    if order.total is None:
        raise missing("calculatedPrice.finalPrice", "the order has no total")
    if order.total.gross < 0:
        raise OrderRejected(
            "The order's total is negative: that takes a credit note, not an invoice.",
            field=order.total.path,
            reason="NEGATIVE_TOTAL",
        )
    buyer, delivery = buyer_and_delivery(order)
    language = _language(order, site)
    parts = parts_of(order)
    check_sums(order, order.total, parts, includes_tax=site.includes_tax)
    groups = group_by_rate(parts, order.total, order.currency, includes_tax=site.includes_tax)

    category = {
        group.rate: tax_category(
            group.rate,
            site.seller.address.country,
            (delivery or buyer).address.country,
            buyer.vat_id,
        )
        for group in groups
    }
    net_of = {
        id(part): net
        for group in groups
        for part, net in zip(group.parts, group.part_nets, strict=True)
    }
    lines = tuple(
        invoice_line(
            part,
            net_of[id(part)],
            category[part.rate],
            position=position,
            language=language,
            currency=order.currency,
            includes_tax=site.includes_tax,
        )
        for position, part in enumerate(
            (p for p in parts if p.kind in (PartKind.LINE, PartKind.LINE_FEE)), start=1
        )
    )
    adjustments = tuple(
        adjustment(part, net_of[id(part)], category[part.rate], language=language)
        for part in parts
        if part.kind in (PartKind.SHIPPING, PartKind.PAYMENT_FEE) and net_of[id(part)]
    )
    subtotals = tuple(
        TaxSubtotal(
            tax_category=category[group.rate],
            tax_rate=group.rate,
            taxable_amount=group.net,
            tax_amount=group.tax,
            exemption_reason=EXEMPTION_REASONS.get(category[group.rate], {}).get(
                language.partition("-")[0], ""
            ),
        )
        for group in groups
    )
    payments = _payments(order)
    zone = ZoneInfo(site.time_zone)
    return InvoiceDraft(
        order_id=order.order_id,
        order_number=order.order_number,
        order_date=order.created.astimezone(zone).date() if order.created else None,
        site_code=site.code,
        currency=order.currency,
        language=language,
        supply_date=(
            order.delivery.instant.astimezone(zone).date()
            if order.delivery.instant
            else order.delivery.day
        ),
        payment_term_days=site.payment_term_days,
        buyer_reference=order.buyer.reference,
        seller=site.seller,
        buyer=buyer,
        delivery=delivery,
        lines=lines,
        adjustments=adjustments,
        tax_subtotals=subtotals,
        totals=_totals(
            smallest_unit(order.currency),
            [line.net_amount for line in lines],
            [a.net_amount for a in adjustments if a.kind == AdjustmentKind.ALLOWANCE],
            [a.net_amount for a in adjustments if a.kind == AdjustmentKind.CHARGE],
            [subtotal.tax_amount for subtotal in subtotals],
            [payment.paid_amount for payment in payments],
        ),
        payments=payments,
        branding=site.branding,
    )


def issue_invoice(
    draft: InvoiceDraft, number: str, issued_at: datetime, local_time: datetime
) -> Invoice:
    """Gives a draft its number and dates; local_time is issued_at in the site's time zone."""
    issue_date = local_time.date()
    return Invoice(
        number=number,
        issue_date=issue_date,
        issued_at=issued_at,
        due_date=(
            issue_date + timedelta(days=draft.payment_term_days) if draft.totals.due > 0 else None
        ),
        draft=draft,
    )


def _site(order: Order, settings: TenantSettings) -> Site:
    if order.status == "DECLINED":
        raise OrderRejected(
            "The order was declined (status DECLINED): there is nothing to invoice.",
            field="status",
            reason="ORDER_DECLINED",
        )
    if not order.lines:
        raise missing("entries", "the order has no lines")
    if not is_currency(order.currency):
        raise missing("currency", f"{order.currency!r} is no ISO 4217 currency", "WRONG_CURRENCY")
    site = settings.site(order.site_code)
    if site is None:
        raise OrderRejected(
            f"siteCode: the settings know no site {order.site_code!r}. Add it to the settings, "
            "then run a new job.",
            field="siteCode",
            reason="SITE_UNKNOWN",
        )
    return site


def _language(order: Order, site: Site) -> str:
    wanted = order.buyer.language
    base, hyphen, region = wanted.replace("_", "-").partition("-")
    # Texts are looked up by their tag, and tags are written in different ways.
    known = base.lower() in SUPPORTED_LANGUAGES
    return f"{base.lower()}{hyphen}{region}" if known else site.default_language


def _payments(order: Order) -> tuple[Payment, ...]:
    unit = smallest_unit(order.currency)
    return tuple(
        Payment(
            method=payment.method,
            paid_amount=(
                ZERO * unit
                if payment.status.upper() in _UNPAID
                else round_half_up(payment.paid_amount, unit)
            ),
            transaction_id=payment.transaction_id,
        )
        for payment in order.payments
    )


def _totals(
    unit: Decimal,
    lines: Iterable[Decimal],
    allowances: Iterable[Decimal],
    charges: Iterable[Decimal],
    taxes: Iterable[Decimal],
    payments: Iterable[Decimal],
) -> Totals:
    # Starting from 0.00 keeps the currency's decimals in a sum of nothing.
    nothing = ZERO * unit
    line_total, off, added, tax, prepaid = (
        sum(amounts, nothing) for amounts in (lines, allowances, charges, taxes, payments)
    )
    tax_exclusive = line_total - off + added
    return Totals(
        lines=line_total,
        allowances=off,
        charges=added,
        tax_exclusive=tax_exclusive,
        tax=tax,
        tax_inclusive=tax_exclusive + tax,
        prepaid=prepaid,
        due=tax_exclusive + tax - prepaid,
    )
