"""Invoices and settings as JSON: the whole value, as it was, for ever.

Readable by people and by later releases: a field that a snapshot lacks takes its default, so a
field added to Invoice or TenantSettings needs one. Pictures are not in it but named by hash, with
no data; `images` keeps each once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import msgspec

from server.domain.branding import Branding, Image
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.settings import Site, TenantSettings

#: The fields of a value in their order, by name.
_Members = dict[str, object]

# Made while there is one thread: msgspec learns a dataclass when it first meets it, and two threads
# that make it do so at the same time end the process (SIGSEGV, msgspec 0.22).
_INVOICE = msgspec.json.Decoder(Invoice)
_SETTINGS = msgspec.json.Decoder(TenantSettings)


def write_invoice(invoice: Invoice) -> str:
    """Writes an invoice without its logo's data."""
    draft = invoice.draft
    branding = _without_data(draft.branding)
    return _write(_members(invoice) | {"draft": _members(draft) | {"branding": branding}})


def read_invoice(snapshot: str) -> Invoice:
    """Reads an invoice, its logo without data."""
    return _INVOICE.decode(snapshot)


def readable_invoice(snapshot: str) -> Invoice | None:
    """Reads an invoice, its logo without data; None when what is kept of it is damaged."""
    try:
        return read_invoice(snapshot)
    except (msgspec.MsgspecError, ValueError):
        return None


def dress_invoice(invoice: Invoice, images: Mapping[str, Image]) -> Invoice:
    """Puts the logo back that images hold by hash; without it the invoice has none."""
    branding = _dressed(invoice.draft.branding, images)
    return replace(invoice, draft=replace(invoice.draft, branding=branding))


def write_settings(settings: TenantSettings) -> str:
    """Writes settings without their logos' data."""
    sites = [_members(site) | {"branding": _without_data(site.branding)} for site in settings.sites]
    return _write(_members(settings) | {"sites": sites})


@lru_cache(maxsize=256)
def read_settings(snapshot: str) -> TenantSettings:
    """Reads settings, their logos without data; each chunk asks for those of its tenant."""
    return _SETTINGS.decode(snapshot)


def dress_settings(settings: TenantSettings, images: Mapping[str, Image]) -> TenantSettings:
    """Puts the logos back that images hold by hash."""
    sites = tuple(replace(s, branding=_dressed(s.branding, images)) for s in settings.sites)
    return replace(settings, sites=sites)


def _write(members: _Members) -> str:
    return msgspec.json.encode(members).decode()


def _without_data(branding: Branding) -> Branding | _Members:
    if branding.logo is None:
        return branding
    return _members(branding) | {"logo": _members(branding.logo) | {"data": ""}}


def _members(value: Invoice | InvoiceDraft | TenantSettings | Site | Branding | Image) -> _Members:
    """Takes a value apart to be written with a change; a changed copy takes four times as long."""
    return {name: getattr(value, name) for name in value.__match_args__}


def _dressed(branding: Branding, images: Mapping[str, Image]) -> Branding:
    if branding.logo is None:
        return branding
    return replace(branding, logo=images.get(branding.logo.sha256))
