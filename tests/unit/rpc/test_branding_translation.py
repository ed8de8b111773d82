"""Branding between message and value: defaults, and enums that nobody knows."""

import pytest
from invoicejobs.v1 import tenant_settings_pb2 as pb

from server.domain.branding import Branding, Layout, Paper, Typeface
from server.domain.errors import FieldViolation
from server.rpc.translate_branding import (
    LAYOUTS,
    PAPERS,
    TYPEFACES,
    branding_message,
    read_branding,
)


def read(**fields):
    violations: list[FieldViolation] = []
    branding = read_branding(pb.Branding(**fields), "sites[1].branding", violations)
    return branding, {violation.field: violation.description for violation in violations}


def test_what_is_not_said_is_the_default_and_is_given_back_spelled_out():
    branding, violations = read()
    assert (branding, violations) == (Branding(), {})
    message = branding_message(branding)
    assert message.layout == pb.LAYOUT_LETTERHEAD
    assert message.paper == pb.PAPER_A4
    assert message.typeface == pb.TYPEFACE_INTER


@pytest.mark.parametrize(
    ("field", "choices", "enum"),
    [
        ("layout", LAYOUTS, Layout),
        ("paper", PAPERS, Paper),
        ("typeface", TYPEFACES, Typeface),
    ],
)
def test_every_choice_can_be_made_and_comes_back(field, choices, enum):
    assert set(choices) == set(enum)
    for choice, number in choices.items():
        branding, violations = read(**{field: number})
        assert (getattr(branding, field), violations) == (choice, {})
        assert getattr(branding_message(branding), field) == number


@pytest.mark.parametrize(
    ("field", "known"),
    [
        ("layout", "LAYOUT_LETTERHEAD, LAYOUT_MODERN"),
        ("paper", "PAPER_A4, PAPER_LETTER"),
        ("typeface", "TYPEFACE_INTER, TYPEFACE_NOTO_SANS, TYPEFACE_NOTO_SERIF"),
    ],
)
def test_a_choice_that_nobody_knows_is_refused_by_its_path_with_those_there_are(field, known):
    _, violations = read(**{field: 99})
    assert violations == {f"sites[1].branding.{field}": f"must be one of {known}"}


def test_columns_keep_their_order():
    branding, _ = read(footer_columns=["b", "a", ""])
    assert branding.footer_columns == ("b", "a", "")
