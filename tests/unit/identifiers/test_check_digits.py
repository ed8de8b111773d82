"""Identifiers are right down to their check digits."""

import pytest

from server.identifiers.check_digits import CheckDigits

check = CheckDigits()


@pytest.mark.parametrize(
    ("text", "country", "vat_id"),
    [
        ("DE136695976", "", "DE136695976"),
        ("de 136 695 976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("136695977", "DE", ""),
        ("136695976", "", ""),
        ("DE136695977", "DE", ""),
        ("ATU13585627", "DE", "ATU13585627"),
        ("U13585627", "AT", "ATU13585627"),
        ("EL094259216", "GR", "EL094259216"),
        ("GR094259216", "", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("PL9904172637", "PL", "PL9904172637"),
        ("PL9904172638", "PL", ""),
        ("B58378431", "ES", "ESB58378431"),
        ("XI980780684", "GB", "XI980780684"),
        ("GB980780684", "GB", "GB980780684"),
        ("GB980780685", "GB", ""),
        ("CHE-107.787.577 IVA", "CH", "CHE107787577IVA"),
        ("CHE-107.787.578 IVA", "CH", ""),
        ("NO 995 525 828 MVA", "NO", "NO995525828MVA"),
        ("12-3456789", "US", "US123456789"),
        ("n/a", "US", ""),
        ("", "DE", ""),
        ("DE", "DE", ""),
        ("DE136695976\x00", "DE", ""),
    ],
)
def test_a_vat_id_is_known_by_its_check_digits_and_given_its_prefix(text, country, vat_id):
    assert check.vat_id(text, country) == vat_id


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("DE89370400440532013000", True),
        ("GB82WEST12345698765432", True),
        ("NO9386011117947", True),
        ("DE89370400440532013001", False),
        ("DE8937040044053201300", False),
        ("de89370400440532013000", False),
        ("DE89 3704 0044 0532 0130 00", False),
        ("", False),
        ("DE" + "1" * 40, False),
    ],
)
def test_the_check_digits_of_an_iban_are_checked(text, right):
    assert check.is_iban(text) is right
