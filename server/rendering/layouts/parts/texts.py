"""Texts over the page's whole width: the shop's own, and what the law wants said."""

from __future__ import annotations

import re

from server.rendering.layouts.blocks import Lines
from server.rendering.layouts.context import Context
from server.rendering.typography.wrapping import paragraphs

# A note may begin with its subject for programs (UNTDID 4451), as in #PMT#text.
_SUBJECT = re.compile(r"^#[A-Z]{3}#")


def opening_text(ctx: Context) -> Lines:
    """Makes the shop's text above the lines."""
    return _text(ctx, ctx.draft.branding.opening_text)


def closing_text(ctx: Context) -> Lines:
    """Makes the shop's text that ends the invoice."""
    return _text(ctx, ctx.draft.branding.closing_text)


def notes(ctx: Context) -> Lines:
    """Makes what the law and the terms of payment want said."""
    style, width = ctx.styles.note, ctx.design.text_width
    texts = [_SUBJECT.sub("", note) for note in ctx.draft.notes]
    if not ctx.is_credit:
        texts.append(ctx.draft.payment_terms)
    lines = [line for text in texts for line in paragraphs(text, style, width)]
    return Lines(ctx.design.left, lines, style)


def _text(ctx: Context, text: str) -> Lines:
    style = ctx.styles.text
    return Lines(ctx.design.left, paragraphs(text, style, ctx.design.text_width), style)
