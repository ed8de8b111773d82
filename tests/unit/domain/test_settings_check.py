"""Settings are checked when they are saved: every wrong field is named, all at once."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.branding import Branding, Image
from server.domain.errors import InvalidInput
from server.domain.party import BankAccount, PostalAddress
from server.domain.settings import OrderPaths, SelectionRule, TenantSettings
from server.domain.settings_check import check_settings
from tests.builders.settings import (
    IDENTIFIERS,
    SELLER,
    SEQUENCE,
    make_seller,
    make_settings,
    make_site,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
ACCOUNT = BankAccount(holder="Nordlicht", iban="DE89370400440532013000")


def wrong_fields(settings: TenantSettings) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        check_settings(settings, IDENTIFIERS)
    assert caught.value.reason == "INVALID_SETTINGS"
    assert all(v.description and v.field in caught.value.message for v in caught.value.violations)
    return [violation.field for violation in caught.value.violations]


def address(**changes: Any) -> PostalAddress:
    return replace(SELLER.address, **changes)


def test_complete_settings_are_accepted():
    check_settings(make_settings(), IDENTIFIERS)
    check_settings(
        make_settings(
            make_site(
                default_language="de-CH-1996",
                branding=Branding("N", "#a0B1c2", Image("0" * 64, PNG), "Danke.\r\nBis bald!\n"),
                seller=make_seller(vat_id="CHE-992.318.503 MWST", tax_number="", bank_account=None),
                number_sequence="standard",
            ),
            selection_rule=None,
            order_paths=OrderPaths("customer.mixins.vatId", "language", "a.b-c"),
        ),
        IDENTIFIERS,
    )


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("code", {"code": ""}),
        ("code", {"code": "a/b"}),
        ("code", {"code": "x" * 65}),
        ("name", {"name": "a\nb"}),
        ("name", {"name": "x" * 201}),
        ("default_language", {"default_language": "tlh"}),
        ("default_language", {"default_language": ""}),
        ("default_language", {"default_language": "DE"}),
        ("default_language", {"default_language": "de-\x00"}),
        ("default_language", {"default_language": "de-" + "x" * 500}),
        ("currency", {"currency": "EURO"}),
        ("time_zone", {"time_zone": ""}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("time_zone", {"time_zone": "Europe"}),
        ("time_zone", {"time_zone": "../../etc/passwd"}),
        ("time_zone", {"time_zone": "Europe/Berlin\x00"}),
        ("payment_term_days", {"payment_term_days": -1}),
        ("payment_term_days", {"payment_term_days": 3651}),
        ("number_sequence", {"number_sequence": "other"}),
        ("seller.name", {"seller": make_seller(name=" ")}),
        ("seller.vat_id", {"seller": make_seller(vat_id="", tax_number="")}),
        ("seller.vat_id", {"seller": make_seller(vat_id="123456789")}),
        ("seller.phone", {"seller": make_seller(phone="\x07")}),
        ("seller.address.country", {"seller": make_seller(address=address(country="de"))}),
        ("seller.address.city", {"seller": make_seller(address=address(city=""))}),
        ("seller.address.lines", {"seller": make_seller(address=address(lines=(" ",)))}),
        (
            "seller.address.lines[1]",
            {"seller": make_seller(address=address(lines=("A 1", "\u009f")))},
        ),
        (
            "seller.bank_account.iban",
            {"seller": make_seller(bank_account=replace(ACCOUNT, iban="DE88370400440532013000"))},
        ),
        (
            "seller.bank_account.bic",
            {"seller": make_seller(bank_account=replace(ACCOUNT, bic="COBADEFFXX"))},
        ),
        ("branding.primary_color", {"branding": Branding(primary_color="red")}),
    ],
)
def test_a_wrong_field_of_a_site_is_named(field, changes):
    assert wrong_fields(
        make_settings(make_site(code="a"), make_site(**{"code": "b"} | changes))
    ) == [f"sites[1].{field}"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("sites", {"sites": ()}),
        ("sites", {"sites": tuple(make_site(code=f"S{n}") for n in range(501))}),
        ("number_sequences", {"number_sequences": ()}),
        ("invoice_settings.threshold", {"selection_rule": SelectionRule(threshold_hours=-1)}),
        ("invoice_settings.threshold", {"selection_rule": SelectionRule(threshold_hours=87_601)}),
        ("order_paths.buyer_vat_id", {"order_paths": OrderPaths(buyer_vat_id="a..b")}),
        ("order_paths.language", {"order_paths": OrderPaths(language=".a")}),
        ("order_paths.buyer_reference", {"order_paths": OrderPaths(buyer_reference="x" * 201)}),
    ],
)
def test_a_wrong_field_of_the_tenant_is_named(field, changes):
    assert wrong_fields(make_settings(**changes)) == [field]


def test_sites_must_have_codes_of_their_own():
    settings = make_settings(make_site(), make_site())
    assert wrong_fields(settings) == ["sites[1].code"]


def test_all_wrong_fields_are_named_at_once():
    site = make_site(currency="", time_zone="x", seller=make_seller(name="", vat_id="x"))
    settings = make_settings(site, number_sequences=(replace(SEQUENCE, number_of_digits=0),))
    assert wrong_fields(settings) == [
        "sites[0].currency",
        "sites[0].time_zone",
        "sites[0].seller.name",
        "sites[0].seller.vat_id",
        "number_sequences[0].number_of_digits",
    ]
