"""Fuzzes what tenants decide: settings are changed, and what is accepted must make invoices."""

from __future__ import annotations

import json
import time
from random import Random

import grpc
from invoicejobs.v1 import tenant_settings_pb2

from tests.fuzz import values
from tests.fuzz.messages import change
from tests.fuzz.order_json import EXAMPLES, Drawn
from tests.fuzz.orders import invoice
from tests.fuzz.plant import Plant, example_settings
from tests.fuzz.tally import Tally
from tests.journeys.service import ROOT

LOGO = (ROOT / "examples/logo.png").read_bytes()
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    b'width="200" height="80" viewBox="0 0 200 80"><defs><linearGradient id="a"><stop '
    b'offset="0" stop-color="red"/></linearGradient></defs><rect width="90%" height="40" '
    b'fill="url(#a)"/><text x="5" y="20" font-size="12">Shop</text><use xlink:href="#a"/></svg>'
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + b"\x08" * 64
#: What may become of settings; all else is a finding.
REFUSED = {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "RESOURCE_EXHAUSTED", "ABORTED"}


def fuzz_moods(plant: Plant, chance: Random, inputs: int, tally: Tally) -> None:
    """Saves settings; where they are accepted, previews orders and does a job under them."""
    for number in range(inputs):
        settings = _settings(plant, chance)
        begin = time.monotonic()
        try:
            plant.moody.save(settings)
            outcome = "OK"
        except grpc.RpcError as error:
            outcome = error.code().name
            if outcome not in REFUSED:
                tally.find(number, str(error), settings.SerializeToString().hex())
        tally.answered(outcome, time.monotonic() - begin)
        if outcome == "OK":
            _use(plant, settings, number, chance, tally)
    plant.moody.save(example_settings())


def _settings(plant: Plant, chance: Random) -> tenant_settings_pb2.Settings:
    settings = example_settings()
    for _ in range(chance.choice((1, 1, 2, 3))):
        change(settings, plant.known, chance)
    if settings.sites and chance.random() < 0.3:
        logo = chance.choice((LOGO, SVG, JPEG, b""))
        branding = chance.choice(settings.sites).branding
        branding.logo = values.damaged(chance, logo) if chance.random() < 0.7 else logo
        branding.logo_url = "" if branding.logo else branding.logo_url
    # Nobody fetches logos from the world; that it is refused for what is near, the values try.
    return settings


def _use(
    plant: Plant,
    settings: tenant_settings_pb2.Settings,
    number: int,
    chance: Random,
    tally: Tally,
) -> None:
    stamp = f"{number}-{chance.getrandbits(48):x}"
    chosen = [
        order | {"id": f"mood-{stamp}-{index}"}
        for index, order in enumerate(chance.sample(EXAMPLES, 3))
    ]
    drawn = [Drawn(order["id"], json.dumps(order).encode()) for order in chosen]
    before = len(tally.found)
    try:
        plant.moody.preview(drawn[0].order_json)
    except grpc.RpcError as error:
        code = error.code().name
        if code not in (*REFUSED, "UNAVAILABLE"):
            tally.find(number, f"the preview: {error}", "")
    plant.moody.bring(order.order_json for order in drawn)
    invoice(plant.moody, drawn, tally)
    if len(tally.found) > before:
        tally.find(number, "so with these settings", settings.SerializeToString().hex())
