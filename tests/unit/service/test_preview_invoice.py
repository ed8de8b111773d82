"""A preview shows what a job would make of an order, and leaves no trace."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server.domain.document import DocumentFormat
from server.domain.errors import InvalidInput, NotFound, NotReady, OrderRejected, Unavailable
from server.domain.tenant import Tenant
from server.service.preview_invoice import PreviewInvoice
from server.service.render_preview import RenderPreview
from server.sources.own_orders import OwnOrders
from server.sources.read_order import read_order
from tests.builders.orders import make_order_json, order_bytes
from tests.builders.settings import IDENTIFIERS, SEQUENCE, make_settings, make_site
from tests.fakes.outside import fake_preview
from tests.unit.service.conftest import ACME

WORDS = {"de": "VORSCHAU", "en": "PREVIEW"}
MOST_BYTES = 20_000


@pytest.fixture
def checked():
    """The drafts whose fonts were checked."""
    return []


@pytest.fixture
def preview(shop, checked):
    """The use case, on the shop's database."""
    render = RenderPreview(
        shop.clock, IDENTIFIERS, checked.append, shop.renderer, lambda tag: WORDS[tag[:2]]
    )
    source = OwnOrders(shop.database, read_order)
    return PreviewInvoice(shop.database, source, read_order, render, MOST_BYTES)


def test_an_imported_order_is_previewed_as_a_job_would_invoice_it(shop, preview, checked):
    shop.sell("A")
    given = preview(ACME, "A")
    (invoice,) = shop.renderer.previewed
    assert given.pdf == fake_preview(invoice)
    assert given.file_name == "preview-A.pdf"
    shop.start("A")
    shop.work()
    ((issued, _),) = shop.invoices()
    assert invoice.draft.totals == issued.draft.totals
    assert invoice.draft.lines == issued.draft.lines
    assert (invoice.issue_date, invoice.due_date) == (issued.issue_date, issued.due_date)
    assert invoice.layout == issued.layout
    assert checked


def test_a_preview_bears_the_word_in_its_language_where_the_number_will_be(shop, preview):
    shop.sell("A")
    preview(ACME, "A")
    shop.save(make_settings(make_site(default_language="en-GB")))
    preview(ACME, "A")
    assert [invoice.number for invoice in shop.renderer.previewed] == ["VORSCHAU", "PREVIEW"]


def test_no_number_is_drawn_and_nothing_is_kept(shop, preview):
    shop.sell("A", "B")
    shop.start("A")
    shop.work()
    for order in ("A", "B", order_bytes(make_order_json(id="C"))):
        preview(ACME, order)
    assert shop.numbers() == ["RE-2026-00001"]
    assert len(shop.documents.files) == 1
    shop.start("B")
    shop.work()
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]


def test_no_e_invoice_is_in_a_preview_and_a_codes_room_is_kept(shop, preview):
    shop.save(make_settings(make_site(formats=(DocumentFormat.FACTUR_X,), girocode=True)))
    shop.sell("A")
    preview(ACME, "A")
    (invoice,) = shop.renderer.previewed
    assert invoice.draft.embedded is None
    assert invoice.draft.girocode
    assert invoice.draft.formats == ()


def test_the_date_is_that_of_today_where_the_site_is(shop, preview):
    shop.clock.time = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    shop.sell("A")
    preview(ACME, "A")
    shop.save(make_settings(make_site(time_zone="America/New_York")))
    preview(ACME, "A")
    dates = [invoice.issue_date for invoice in shop.renderer.previewed]
    assert dates == [date(2026, 3, 11), date(2026, 3, 10)]


def test_an_order_that_is_not_imported_is_read_with_the_tenants_paths_and_stays_out(shop, preview):
    given = preview(ACME, order_bytes(make_order_json(id="new/1")))
    assert given.file_name == "preview-new-1.pdf"
    assert shop.renderer.previewed[0].draft.order_id == "new/1"
    with pytest.raises(NotFound):
        preview(ACME, "new/1")


def test_an_unknown_order_is_not_found(shop, preview):
    shop.sell("A")
    with pytest.raises(NotFound, match="There is no order 'B'") as error:
        preview(ACME, "B")
    assert error.value.reason == "ORDER_NOT_FOUND"
    with pytest.raises(NotReady):
        preview(Tenant("other"), "A")


def test_without_settings_there_is_nothing_to_show(preview):
    with pytest.raises(NotReady) as error:
        preview(Tenant("other"), order_bytes(make_order_json()))
    assert error.value.reason == "SETTINGS_MISSING"


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ("", "order_id"),
        ("a\nb", "order_id"),
        ("a" * 129, "order_id"),
        (b"", "order_json"),
        (b"[]", "order_json"),
        (b"{}", "order_json.id"),
        (b'{"id": "a\\nb"}', "order_json.id"),
        (b'{"id": "a", "entries": 7}', "order_json.entries"),
        (b" " * (MOST_BYTES + 1), "order_json"),
    ],
)
def test_what_is_wrong_with_the_request_is_named_by_its_path_in_the_request(preview, order, field):
    with pytest.raises(InvalidInput) as error:
        preview(ACME, order)
    assert [violation.field for violation in error.value.violations] == [field]


def test_an_order_that_cannot_be_invoiced_is_refused_with_the_reason_a_job_would_give(
    shop, preview
):
    shop.sell("A", status="DECLINED")
    with pytest.raises(OrderRejected) as error:
        preview(ACME, "A")
    job = shop.start("A")
    shop.work()
    (outcome,) = shop.outcomes(job)
    assert (outcome.reason, outcome.field, outcome.message) == (
        error.value.reason,
        error.value.field,
        error.value.message,
    )
    assert not shop.renderer.previewed


def test_a_text_without_a_font_is_refused_before_anything_is_rendered(shop, preview):
    def refuse(draft):
        raise OrderRejected("No font for 漢.", field="entries[0]", reason="FONT_MISSING")

    shop.sell("A")
    preview = replace(preview, render_preview=replace(preview.render_preview, check_fonts=refuse))
    with pytest.raises(OrderRejected) as error:
        preview(ACME, "A")
    assert error.value.reason == "FONT_MISSING"
    assert not shop.renderer.previewed


def test_that_nothing_can_be_rendered_for_now_is_told(shop, preview):
    def fail():
        raise Unavailable("The process ended.")

    shop.sell("A")
    shop.renderer.before = fail
    with pytest.raises(Unavailable):
        preview(ACME, "A")


def test_a_site_without_numbers_left_is_previewed_all_the_same(shop, preview):
    shop.save(make_settings(number_sequences=(replace(SEQUENCE, max_value=1),)))
    shop.sell("A", "B")
    job = shop.start("A", "B")
    shop.work()
    assert shop.outcomes(job)[1].reason == "NUMBER_SEQUENCE_EXHAUSTED"
    assert preview(ACME, "B").pdf
