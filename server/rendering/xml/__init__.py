"""Writes invoices as XML by EN 16931, in its two syntaxes: CII and UBL.

One file per block of the invoice and syntax; the profiles share them. Writing is pure: the same
invoice gives the same bytes. What a profile needs and an invoice lacks is told beforehand by
`server.domain.format_rules`; here nothing is checked again.
"""

from __future__ import annotations

from server.rendering.xml.render import MEDIA_TYPE, render_xml

__all__ = ["MEDIA_TYPE", "render_xml"]
