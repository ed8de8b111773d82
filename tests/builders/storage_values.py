"""Builds the values that a database keeps, for tests that store them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from server.domain.branding import Branding, Image, Layout, Paper, Typeface
from server.domain.document import Document, DocumentFormat
from server.domain.job import ChunkKind, Job, JobOrder, JobOrderStatus, JobType
from server.domain.numbering import NumberSequence, NumberSeries, Placeholder
from server.domain.order import Buyer, DeliveryDate, Order, Price
from server.domain.party import Identifier, PostalAddress, TaxRepresentative
from server.domain.schedule import Schedule
from server.domain.settings import (
    ExchangeRate,
    OrderPaths,
    SelectionRule,
    Site,
    TaxRegistrations,
    TenantSettings,
)
from server.domain.tenant import Tenant
from server.ports import Database, UnitOfWork
from tests.builders.invoices import SELLER

ACME = Tenant("acme")
OTHER = Tenant("other")
NOON = datetime(2025, 11, 3, 12, 0, tzinfo=UTC)
ADDRESS = PostalAddress(("Straße 1", "c/o Jürgen"), "20457", "Hamburg", "HH", "DE")
FULL_SELLER = replace(
    SELLER,
    contact_name="Inga",
    legal_id=Identifier("552100554", "0002"),
    legal_information="SAS au capital de 1 €",
    electronic_address=Identifier("4012345000009", "0088"),
    tax_representative=TaxRepresentative("Représentant", "FR1", ADDRESS),
)
LOGO = Image(hashlib.sha256(b"a picture").hexdigest(), b"a picture")


def make_job(job_id: str = "job-1", tenant: Tenant = ACME, **changes: Any) -> Job:
    """Makes a job that has just begun."""
    values: dict[str, Any] = {"job_type": JobType.MANUAL, "created_at": NOON} | changes
    return Job(job_id, tenant, **values)


def add_job(
    unit: UnitOfWork, job_id: str, orders: int, *, size: int = 1, tenant: Tenant = ACME
) -> None:
    """Adds a job whose orders are o-0, o-1, …, cut into chunks of size."""
    unit.jobs.add(make_job(job_id, tenant))
    unit.jobs.add_orders(job_id, 0, [f"o-{position}" for position in range(orders)])
    unit.chunks.add(job_id, tenant, ChunkKind.ORDERS, 0, orders, size)


def success(position: int) -> JobOrder:
    """Makes the outcome of an order that got its invoice."""
    return JobOrder(
        position,
        f"o-{position}",
        JobOrderStatus.SUCCESS,
        invoice_number=f"R-{position}",
        pdf_sha256="ab" * 32,
    )


def failure(position: int) -> JobOrder:
    """Makes the outcome of an order that was refused."""
    return JobOrder(
        position,
        f"o-{position}",
        JobOrderStatus.FAILURE,
        message="The order does not add up.",
        reason="SUM_MISMATCH",
        field="calculatedPrice.finalPrice",
    )


def make_order(order_id: str = "o-1", **changes: Any) -> Order:
    """Makes an order that was delivered the day before NOON."""
    total = Price(Decimal("100.00"), Decimal("119.00"), Decimal("19.00"), Decimal(19), "total")
    values: dict[str, Any] = {
        "order_number": f"N-{order_id}",
        "site_code": "main",
        "status": "CONFIRMED",
        "extended_status": "70",
        "created": datetime(2025, 11, 1, 8, 30, tzinfo=UTC),
        "currency": "EUR",
        "delivery": DeliveryDate(day=date(2025, 11, 2)),
        "buyer": Buyer(),
        "billing": None,
        "shipping": None,
        "lines": (),
        "shipping_charges": (),
        "payment_fees": (),
        "total": total,
        "total_by_rate": (total,),
        "payments": (),
    } | changes
    return Order(order_id, **values)


def imported(*orders: Order) -> list[tuple[Order, bytes]]:
    """Gives orders with a JSON each."""
    return [(order, f'{{"id":"{order.order_id}"}}'.encode()) for order in orders]


def make_document(number: str = "RE-2025-00042", content: bytes = b"%PDF") -> Document:
    """Makes the record of an invoice's PDF."""
    sha256 = hashlib.sha256(content).hexdigest()
    return Document(
        invoice_number=number,
        format=DocumentFormat.PDF,
        media_type="application/pdf",
        file_name=f"{number}.pdf",
        size=len(content),
        sha256=sha256,
        key=f"acme/{sha256[:2]}/{sha256}.pdf",
    )


def make_series(key: str = "R-", **changes: Any) -> NumberSeries:
    """Makes an open series that begins at 1 and has no end."""
    values: dict[str, Any] = {
        "sequence": "invoices",
        "key": key,
        "pre_text": key,
        "post_text": "",
        "start_value": 1,
        "max_value": None,
        "number_of_digits": 5,
    } | changes
    return NumberSeries(**values)


BRANDED = Branding(
    brand_name="Nordlicht",
    primary_color="#0F4C5C",
    logo=LOGO,
    closing_text="Vielen Dank – à bientôt!",
    opening_text="Guten Tag,\nhier ist Ihre Rechnung.",
    logo_url="https://nordlicht.example/logo.svg",
    layout=Layout.MODERN,
    paper=Paper.LETTER,
    typeface=Typeface.NOTO_SERIF,
    footer_columns=("Nordlicht\nUSt-IdNr. DE123456789", "Hamburg"),
)


def make_settings(**changes: Any) -> TenantSettings:
    """Makes settings that use every field, with two sites that share a logo."""
    main = Site(
        code="main",
        name="Nordlicht",
        default_language="de",
        currency="EUR",
        includes_tax=True,
        time_zone="Europe/Berlin",
        seller=FULL_SELLER,
        branding=BRANDED,
        number_sequence="invoices",
        payment_term_days=14,
        formats=(DocumentFormat.FACTUR_X, DocumentFormat.XRECHNUNG_CII),
        credit_note_sequence="credit notes",
        tax_registrations=TaxRegistrations(True, True, ("FR12345678901",), True, zero_rate=True),
        tax_currency="PLN",
        exchange_rates=(ExchangeRate("EUR", Decimal("4.2500")),),
        default_buyer_reference="04011000-1234512345-06",
        payment_terms=(("de", "Zahlbar in 14 Tagen."), ("fr", "Payable à 14 jours.")),
        girocode=True,
    )
    swiss = Site(
        code="ch",
        name="Nordlicht Schweiz",
        default_language="de-CH",
        currency="CHF",
        includes_tax=False,
        time_zone="Europe/Zurich",
        seller=SELLER,
        branding=Branding(logo=LOGO),
    )
    sequence = NumberSequence(
        name="invoices",
        pre_text="RE-__year__-__region__-",
        post_text="-X",
        start_value=0,
        max_value=99999,
        number_of_digits=7,
        placeholders={
            "__region__": Placeholder(
                required=True, default="N", site_path="a.b", array_limit=1, delimiter="/"
            )
        },
        sequence_key="__year__",
    )
    values: dict[str, Any] = {
        "sites": (main, swiss),
        "number_sequences": (sequence,),
        "selection_rule": SelectionRule(24, ("CREATED", "CONFIRMED"), ("70", "75")),
        "order_paths": OrderPaths(
            "a.vatId", "a.language", "b.reference", "b.order", "c.id", "c.to"
        ),
        "etag": "0123456789abcdef",
        "updated_at": NOON,
        "schedules": (Schedule("mornings", "0 6 * * MON-FRI", "Europe/Zurich", paused=True),),
    } | changes
    return TenantSettings(**values)


def write(database: Database, work: Callable[[UnitOfWork], object]) -> None:
    """Does work in a transaction that is committed."""
    with database.write() as unit:
        work(unit)
        unit.commit()


def in_threads(count: int, work: Callable[[int], object]) -> None:
    """Runs work(0), work(1), … at the same time. Raises what the first of them raised."""
    errors: list[BaseException] = []
    together = threading.Barrier(count)

    def run(index: int) -> None:
        try:
            together.wait()
            work(index)
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
