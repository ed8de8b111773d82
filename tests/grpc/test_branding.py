"""Branding from a client's side, through the real use case: saved, drawn, given back, refused."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from invoicejobs.v1 import tenant_settings_pb2 as pb

from server.rendering.logos import prepare_logo
from server.rpc.translate_settings import settings_message
from server.service.settings import CheckSettings, ReadSettings, UpdateSettings
from server.storage import migrate, open_database
from tests.builders.settings import IDENTIFIERS, make_settings
from tests.fakes.logos import FakeLogos
from tests.fakes.outside import FakeClock
from tests.grpc.door import DEADLINE, failure_of, open_door
from tests.unit.rendering.pictures import png

URL = "https://shop.example/logo.png"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="1" height="1"/></svg>'
)
PNG = png(40, 20).data
BRANDING: dict[str, Any] = {
    "brand_name": "Nordlicht",
    "primary_color": "#0F4C5C",
    "opening_text": "Wir berechnen:",
    "closing_text": "Danke.",
    "layout": pb.LAYOUT_MODERN,
    "paper": pb.PAPER_LETTER,
    "typeface": pb.TYPEFACE_NOTO_SERIF,
    "footer_columns": ["Nordlicht Handel GmbH", "USt-IdNr. DE 136 695 976"],
}


@pytest.fixture
def logos():
    return FakeLogos()


@pytest.fixture
async def door(tmp_path, logos):
    url = f"sqlite:///{tmp_path}/invoicejobs.db"
    migrate(url)
    database = open_database(url)
    ids = count()
    check = CheckSettings(IDENTIFIERS)
    update = UpdateSettings(
        database,
        FakeClock(datetime(2026, 3, 1, tzinfo=UTC)),
        lambda: str(next(ids)),
        check,
        logos.fetch,
        prepare_logo,
    )
    async with open_door(
        read_settings=ReadSettings(database), check_settings=check, update_settings=update
    ) as door:
        yield door
    database.close()


async def save(door, **branding):
    settings = settings_message(make_settings())
    settings.sites[0].branding.CopyFrom(pb.Branding(**branding))
    request = pb.UpdateTenantSettingsRequest(tenant="acme", settings=settings)
    response = await door.settings.UpdateTenantSettings(request, timeout=DEADLINE)
    return response.settings.sites[0].branding


async def read(door):
    request = pb.GetTenantSettingsRequest(tenant="acme")
    response = await door.settings.GetTenantSettings(request, timeout=DEADLINE)
    return response.settings


async def test_a_branding_is_given_back_as_it_was_saved(door):
    saved = await save(door, **BRANDING, logo=PNG)
    assert saved == pb.Branding(**BRANDING, logo=PNG)
    assert (await read(door)).sites[0].branding == saved


async def test_an_svg_is_given_back_as_the_png_that_invoices_show(door):
    saved = await save(door, logo=SVG)
    assert saved.logo.startswith(b"\x89PNG")
    # What was given back can be saved again and stays the same.
    assert (await save(door, logo=saved.logo)).logo == saved.logo


async def test_a_logo_is_fetched_once_and_kept_with_its_address(door, logos):
    logos.internet[URL] = PNG
    assert await save(door, logo_url=URL) == pb.Branding(
        logo_url=URL,
        logo=PNG,
        layout=pb.LAYOUT_LETTERHEAD,
        paper=pb.PAPER_A4,
        typeface=pb.TYPEFACE_INTER,
    )
    settings = await read(door)
    for paths in ([], ["order_paths"]):
        request = pb.UpdateTenantSettingsRequest(
            tenant="acme", settings=settings, update_mask=FieldMask(paths=paths)
        )
        settings = (await door.settings.UpdateTenantSettings(request, timeout=DEADLINE)).settings
    assert settings.sites[0].branding.logo == PNG
    assert logos.fetched == [URL]


async def test_a_branding_that_is_wrong_is_refused_by_its_paths_and_changes_nothing(door):
    await save(door, brand_name="Before")
    failure = await failure_of(
        save(door, layout=99, footer_columns=["Only a name"], logo_url="ftp://x")
    )
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "INVALID_SETTINGS"
    assert sorted(failure.violations) == [
        "sites[0].branding.footer_columns",
        "sites[0].branding.layout",
        "sites[0].branding.logo_url",
    ]
    assert (await read(door)).sites[0].branding.brand_name == "Before"


@pytest.mark.parametrize(
    ("branding", "field", "problem"),
    [
        ({"logo": PNG[:60]}, "logo", "is cut off or damaged; export it again"),
        ({"logo": b"GIF89a"}, "logo", "is a GIF image; give a PNG, JPEG or SVG image"),
        ({"logo_url": URL}, "logo_url", "cannot be reached"),
    ],
)
async def test_a_logo_that_cannot_be_had_is_refused_by_its_path(door, branding, field, problem):
    failure = await failure_of(save(door, **branding))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.violations == {f"sites[0].branding.{field}": problem}
