"""The TenantSettings service from a client's side."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from invoicejobs.v1 import tenant_settings_pb2 as pb

from server.domain.errors import Conflict, InvalidInput, NotFound
from server.domain.settings import OrderPaths, SelectionRule, TenantSettings
from server.rpc.read_settings import ALL_FIELDS, read_settings
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

SAVED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def make_settings(**fields):
    """Makes a message of settings with one site and one sequence."""
    values: dict[str, Any] = {
        "sites": [pb.Site(code="main", currency="EUR", seller=pb.Seller(name="Nordlicht GmbH"))],
        "number_sequences": [pb.NumberSequence(name="invoices", pre_text="RE-")],
        "invoice_settings": pb.InvoiceSettings(threshold="24", status="CREATED, ,CONFIRMED"),
    }
    return pb.Settings(**(values | fields))


NOTHING = TenantSettings(sites=(), number_sequences=())
CURRENT = replace(read_settings(make_settings(), ALL_FIELDS, NOTHING), etag="e1")


class Kept:
    """Keeps settings as the service does: each save gives a new etag, a stale one is refused."""

    def __init__(self, settings=None):
        self.settings = settings

    def read(self, tenant):
        if self.settings is None:
            raise NotFound("The tenant has no settings yet.")
        return self.settings

    def update(self, tenant, settings):
        if settings.etag and (self.settings is None or self.settings.etag != settings.etag):
            raise Conflict("The settings were changed.", reason="SETTINGS_CHANGED")
        self.settings = replace(settings, etag="e2", updated_at=SAVED_AT)
        return self.settings


def open_settings(kept):
    return open_door(read_settings=kept.read, update_settings=kept.update)


def update(door, settings, *paths):
    mask = FieldMask(paths=paths) if paths else None
    request = pb.UpdateTenantSettingsRequest(tenant="acme", settings=settings, update_mask=mask)
    return door.settings.UpdateTenantSettings(request, timeout=DEADLINE)


async def test_settings_are_not_found_before_they_are_saved():
    async with open_settings(Kept()) as door:
        request = pb.GetTenantSettingsRequest(tenant="acme")
        failure = await failure_of(door.settings.GetTenantSettings(request, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.NOT_FOUND


async def test_settings_that_are_saved_are_given_back_with_etag_and_time():
    async with open_settings(Kept()) as door:
        saved = (await update(door, make_settings())).settings
        request = pb.GetTenantSettingsRequest(tenant="acme")
        read = (await door.settings.GetTenantSettings(request, timeout=DEADLINE)).settings
    assert saved == read
    assert saved.etag == "e2"
    assert saved.update_time.ToDatetime(UTC) == SAVED_AT
    assert saved.sites[0].time_zone == "UTC"
    assert saved.invoice_settings.status == "CREATED,CONFIRMED"


async def test_an_update_without_a_mask_replaces_everything():
    kept = Kept(CURRENT)
    async with open_settings(kept) as door:
        request = pb.Settings(number_sequences=[pb.NumberSequence(name="new")])
        await update(door, request)
    assert kept.settings.sites == ()
    assert kept.settings.selection_rule is None


async def test_an_update_with_a_mask_leaves_the_other_fields_as_they_are():
    kept = Kept(CURRENT)
    async with open_settings(kept) as door:
        # What the mask does not name may even be wrong.
        request = pb.Settings(
            order_paths=pb.OrderPaths(language="customer.language"),
            invoice_settings=pb.InvoiceSettings(threshold="never"),
        )
        await update(door, request, "order_paths", "etag", "update_time")
    expected = replace(
        CURRENT,
        order_paths=OrderPaths(language="customer.language"),
        etag="e2",
        updated_at=SAVED_AT,
    )
    assert kept.settings == expected


async def test_a_masked_field_that_is_absent_is_cleared():
    kept = Kept(CURRENT)
    assert CURRENT.selection_rule == SelectionRule(24, ("CREATED", "CONFIRMED"))
    async with open_settings(kept) as door:
        await update(door, pb.Settings(), "invoice_settings")
    assert kept.settings.selection_rule is None
    assert kept.settings.sites == CURRENT.sites


async def test_a_mask_can_save_the_first_settings():
    kept = Kept()
    async with open_settings(kept) as door:
        await update(door, make_settings(), "sites", "number_sequences")
    assert kept.settings.sites == CURRENT.sites
    assert kept.settings.selection_rule is None


@pytest.mark.parametrize("path", ["nothing", "sites.name", "Sites", ""])
async def test_a_mask_that_names_an_unknown_field_is_refused(path):
    async with open_settings(Kept(CURRENT)) as door:
        failure = await failure_of(update(door, make_settings(), path))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == ["update_mask"]


async def test_an_etag_that_is_stale_is_aborted():
    async with open_settings(Kept(CURRENT)) as door:
        failure = await failure_of(update(door, make_settings(etag="e0")))
    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "SETTINGS_CHANGED")


async def test_a_masked_update_loses_no_change_made_in_between():
    kept = Kept(CURRENT)

    def read_and_be_overtaken(tenant):
        before = kept.settings
        kept.settings = replace(before, etag="theirs")
        return before

    async with open_door(read_settings=read_and_be_overtaken, update_settings=kept.update) as door:
        failure = await failure_of(update(door, make_settings(), "sites"))
    assert failure.code is grpc.StatusCode.ABORTED
    assert kept.settings.etag == "theirs"


async def test_an_update_without_settings_is_refused():
    async with open_door() as door:
        request = pb.UpdateTenantSettingsRequest(tenant="acme")
        failure = await failure_of(door.settings.UpdateTenantSettings(request, timeout=DEADLINE))
    assert list(failure.violations) == ["settings"]


async def test_every_wrong_value_is_named_by_its_path():
    further = raising(InvalidInput.field("sites[0].seller.vat_id", "is wrong"))
    async with open_door(update_settings=raising(AssertionError()), check_settings=further) as door:
        settings = make_settings(
            number_sequences=[pb.NumberSequence(name="a", schema_type="orderNoSequence")],
            invoice_settings=pb.InvoiceSettings(threshold="a day"),
        )
        failure = await failure_of(update(door, settings))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert sorted(failure.violations) == [
        "invoice_settings.threshold",
        "number_sequences[0].schema_type",
        "sites[0].seller.vat_id",
    ]
