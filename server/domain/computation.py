"""From an order and the tenant's settings to an invoice, exactly. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.branding import LAYOUT_VERSIONS
from server.domain.buyer import buyer_and_delivery
from server.domain.document import DocumentFormat
from server.domain.errors import OrderRejected, missing
from server.domain.format_rules import embeddable, missing_terms
from server.domain.identifiers import Identifiers
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.lines import adjustment, invoice_line
from server.domain.mentions import legal_mentions
from server.domain.money import is_currency, smallest_unit
from server.domain.order import Order
from server.domain.parts import ON_LINES, check_sums, parts_of
from server.domain.payments import payments_of
from server.domain.settings import SUPPORTED_LANGUAGES, Site, TenantSettings
from server.domain.tax import group_by_rate
from server.domain.tax_area import tax_area
from server.domain.tax_category import Sale
from server.domain.taxation import taxation
from server.domain.totals import tax_in_tax_currency, totals_of


def compute_invoice(
    order: Order, settings: TenantSettings, identifiers: Identifiers
) -> InvoiceDraft:
    """Computes the invoice of an order; its total with tax is the order's to the cent.

    Raises OrderRejected, naming the field, when the order lacks what an invoice or one of the
    site's formats needs, was declined, does not add up, or is taxed in a way nothing justifies.
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
    buyer, delivery = buyer_and_delivery(order, settings.order_paths, identifiers)
    language = _language(order, site)
    parts = parts_of(order)
    check_sums(order, order.total, parts, includes_tax=site.includes_tax)
    groups = group_by_rate(parts, order.total, order.currency, includes_tax=site.includes_tax)
    supply_date = _supply_date(order, site)
    sale = Sale(
        seller=site.seller,
        registrations=site.tax_registrations,
        seller_area=tax_area(site.seller.address),
        delivery_area=tax_area((delivery or buyer).address),
        buyer_vat_id=buyer.vat_id,
        vat_id_field=settings.order_paths.buyer_vat_id or "customer",
        supply_date=supply_date,
        taxed=any(group.rate for group in groups),
    )
    taxed = taxation(sale, buyer, groups, language)
    net_of = {
        id(part): net
        for group in groups
        for part, net in zip(group.parts, group.part_nets, strict=True)
    }
    unit = smallest_unit(order.currency)
    lines = tuple(
        invoice_line(
            part,
            net_of[id(part)],
            taxed.categories[part.rate],
            position=position,
            language=language,
            unit=unit,
            includes_tax=site.includes_tax,
        )
        for position, part in enumerate((p for p in parts if p.kind in ON_LINES), start=1)
    )
    adjustments = tuple(
        adjustment(part, net_of[id(part)], taxed.categories[part.rate], language=language)
        for part in parts
        if part.kind not in ON_LINES and net_of[id(part)]
    )
    payments = payments_of(order, has_account=site.seller.bank_account is not None)
    totals = totals_of(order.currency, lines, adjustments, taxed.subtotals, payments)
    tax_currency, tax = tax_in_tax_currency(site, order.currency, totals.tax)
    mentions = legal_mentions(
        site.seller.address.country,
        taxed.buyer.address.country,
        to_business=_is_business(order),
    )
    draft = InvoiceDraft(
        order_id=order.order_id,
        order_number=order.order_number,
        order_date=(
            order.created.astimezone(ZoneInfo(site.time_zone)).date() if order.created else None
        ),
        site_code=site.code,
        currency=order.currency,
        language=language,
        supply_date=supply_date,
        payment_term_days=site.payment_term_days,
        buyer_reference=order.buyer.reference or site.default_buyer_reference,
        seller=taxed.seller,
        buyer=taxed.buyer,
        delivery=delivery,
        lines=lines,
        adjustments=adjustments,
        tax_subtotals=taxed.subtotals,
        totals=totals if tax is None else replace(totals, tax_in_tax_currency=tax),
        payments=payments,
        branding=site.branding,
        purchase_order=order.buyer.purchase_order,
        tax_currency=tax_currency,
        notes=(*taxed.notes, *mentions),
        payment_terms=_payment_terms(site, language),
        girocode=(
            site.girocode
            and order.currency == "EUR"
            and totals.due > 0
            and site.seller.bank_account is not None
        ),
        formats=site.formats,
        embedded=DocumentFormat.FACTUR_X,
    )
    _check_formats(draft)
    # Nearly all are as they were made: a copy takes as long as all that is asked.
    embedded = embeddable(draft)
    return draft if embedded is draft.embedded else replace(draft, embedded=embedded)


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
        layout=LAYOUT_VERSIONS[draft.branding.layout],
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


def _supply_date(order: Order, site: Site) -> date | None:
    instant = order.delivery.instant
    return instant.astimezone(ZoneInfo(site.time_zone)).date() if instant else order.delivery.day


def _is_business(order: Order) -> bool:
    buyer, billing = order.buyer, order.billing or order.shipping
    company = buyer.company or (billing.company if billing else "")
    return bool(company or buyer.vat_id or buyer.legal_id)


def _payment_terms(site: Site, language: str) -> str:
    terms = dict(site.payment_terms)
    own, default = (tag.partition("-")[0] for tag in (language, site.default_language))
    return terms.get(own) or terms.get(default, "")


def _check_formats(draft: InvoiceDraft) -> None:
    for format in draft.formats:
        for term in missing_terms(draft, format):
            raise OrderRejected(f"{term}.", field=term.field, reason="FORMAT_LACKS_TERM")
