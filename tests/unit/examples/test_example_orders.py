"""The samples are exact: their own sums, and the figures that are promised for their invoices."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from google.protobuf import json_format
from invoicejobs.v1.tenant_settings_pb2 import Settings

from server.domain.computation import compute_invoice
from server.domain.errors import OrderRejected
from server.domain.settings import TenantSettings
from server.domain.settings_check import check_settings
from server.identifiers.check_digits import CheckDigits
from server.rpc.read_settings import ALL_FIELDS, read_settings
from server.sources.read_order import read_order

EXAMPLES = Path(__file__).parents[3] / "examples"
ORDERS = sorted((EXAMPLES / "orders").glob("*.json"))
EXPECTED = {
    entry["file"]: entry
    for entry in json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))
}
GOOD = [path for path in ORDERS if "failure" not in EXPECTED[path.name]]
AMOUNTS = ("netValue", "taxValue", "grossValue")
SETTINGS = read_settings(
    json_format.Parse((EXAMPLES / "settings.json").read_text(encoding="utf-8"), Settings()),
    ALL_FIELDS,
    TenantSettings(sites=(), number_sequences=()),
)


def load(path):
    """Reads an order with its amounts exactly as they stand in the file."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)


def draft(path):
    return compute_invoice(
        read_order(path.read_bytes(), SETTINGS.order_paths), SETTINGS, CheckDigits()
    )


def test_every_order_says_what_must_become_of_it():
    assert [path.name for path in ORDERS] == sorted(EXPECTED)
    ids = {path.name: load(path)["id"] for path in ORDERS}
    assert ids == {name: entry["orderId"] for name, entry in EXPECTED.items()}
    assert len(set(ids.values())) == len(ids)


def test_the_settings_pass_the_check_of_the_service():
    check_settings(SETTINGS, CheckDigits())


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_an_order_adds_up_to_its_last_decimal(path):
    order = load(path)
    price = order["calculatedPrice"]
    for amount in AMOUNTS:
        for entry in order["entries"]:
            line = entry["calculatedPrice"]
            goods = line.get("discountedPrice", line["price"])[amount]
            fees = line["totalFee"][amount] if "totalFee" in line else 0
            assert goods + fees == line["finalPrice"][amount], (entry["id"], amount)
        parts = sum(entry["calculatedPrice"]["finalPrice"][amount] for entry in order["entries"])
        parts += sum(fee["price"][amount] for fee in price.get("paymentFees", ()))
        parts += price["totalShipping"][amount] if "totalShipping" in price else 0
        total = price["finalPrice"]
        assert parts == total[amount], amount
        assert sum(rate[amount] for rate in total["taxAggregate"]["lines"]) == total[amount], amount


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_an_order_says_net_and_tax_and_gross_without_contradiction(path):
    def check(node):
        if isinstance(node, dict):
            if {*AMOUNTS} <= node.keys():
                assert node["netValue"] + node["taxValue"] == node["grossValue"]
            for value in node.values():
                check(value)
        elif isinstance(node, list):
            for value in node:
                check(value)

    check(load(path))


@pytest.mark.parametrize(
    "path", [p for p in ORDERS if "gross" in EXPECTED[p.name]], ids=lambda path: path.stem
)
def test_an_order_comes_to_the_promised_invoice(path):
    totals = draft(path).totals
    by_rate = {
        f"{subtotal.tax_rate.normalize():f}": (subtotal.taxable_amount, subtotal.tax_amount)
        for subtotal in draft(path).tax_subtotals
    }
    promised = EXPECTED[path.name]
    assert str(totals.tax_exclusive) == promised["net"]
    assert str(totals.tax) == promised["tax"]
    assert str(totals.tax_inclusive) == promised["gross"]
    assert by_rate == {
        rate["rate"]: (Decimal(rate["net"]), Decimal(rate["tax"])) for rate in promised["byRate"]
    }


@pytest.mark.parametrize(
    "path", [p for p in ORDERS if "failure" in EXPECTED[p.name]], ids=lambda path: path.stem
)
def test_an_order_that_must_fail_fails_for_the_promised_reason(path):
    with pytest.raises(OrderRejected) as rejected:
        draft(path)
    assert EXPECTED[path.name]["failure"] in rejected.value.message
