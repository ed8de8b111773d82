"""How invoices look: messages to values and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeVar

from invoicejobs.v1 import tenant_settings_pb2

from server.domain.branding import Branding, Image, Layout, Paper, Typeface
from server.domain.errors import FieldViolation

Choice = TypeVar("Choice", Layout, Paper, Typeface)

LAYOUTS = {
    Layout.LETTERHEAD: tenant_settings_pb2.LAYOUT_LETTERHEAD,
    Layout.MODERN: tenant_settings_pb2.LAYOUT_MODERN,
}
PAPERS = {
    Paper.A4: tenant_settings_pb2.PAPER_A4,
    Paper.LETTER: tenant_settings_pb2.PAPER_LETTER,
}
TYPEFACES = {
    Typeface.INTER: tenant_settings_pb2.TYPEFACE_INTER,
    Typeface.NOTO_SANS: tenant_settings_pb2.TYPEFACE_NOTO_SANS,
    Typeface.NOTO_SERIF: tenant_settings_pb2.TYPEFACE_NOTO_SERIF,
}


def read_branding(
    message: tenant_settings_pb2.Branding, path: str, violations: list[FieldViolation]
) -> Branding:
    """Reads a branding, and adds what is wrong with it to violations; path leads to it."""
    logo = message.logo
    return Branding(
        brand_name=message.brand_name,
        primary_color=message.primary_color,
        logo=Image(hashlib.sha256(logo).hexdigest(), logo) if logo else None,
        closing_text=message.closing_text,
        opening_text=message.opening_text,
        logo_url=message.logo_url,
        layout=_chosen(message.layout, LAYOUTS, f"{path}.layout", violations),
        paper=_chosen(message.paper, PAPERS, f"{path}.paper", violations),
        typeface=_chosen(message.typeface, TYPEFACES, f"{path}.typeface", violations),
        footer_columns=tuple(message.footer_columns),
    )


def _chosen(
    number: int, choices: Mapping[Choice, int], path: str, violations: list[FieldViolation]
) -> Choice:
    """Reads an enum; what is not specified is the first of its choices."""
    for choice, its_number in choices.items():
        if number in (0, its_number):
            return choice
    prefix = path.rpartition(".")[2].upper()
    known = ", ".join(f"{prefix}_{choice.name}" for choice in choices)
    violations.append(FieldViolation(path, f"must be one of {known}"))
    return next(iter(choices))


def branding_message(branding: Branding) -> tenant_settings_pb2.Branding:
    """Writes a branding, with every default spelled out."""
    return tenant_settings_pb2.Branding(
        brand_name=branding.brand_name,
        primary_color=branding.primary_color,
        logo=branding.logo.data if branding.logo else b"",
        closing_text=branding.closing_text,
        opening_text=branding.opening_text,
        logo_url=branding.logo_url,
        layout=LAYOUTS[branding.layout],
        paper=PAPERS[branding.paper],
        typeface=TYPEFACES[branding.typeface],
        footer_columns=branding.footer_columns,
    )
