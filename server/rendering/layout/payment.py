"""The words at the lower left: how it was paid, or where to pay to and what to refer to."""

from __future__ import annotations

import re

from server.rendering.layout import measures as m
from server.rendering.layout.blocks import Block, space, stack, text_lines
from server.rendering.layout.context import Context
from server.rendering.layout.facts import pairs_block
from server.rendering.layout.girocode_block import girocode_block
from server.rendering.text import paragraphs, wrap

_RIGHT = m.MIDDLE - 12
_GAP = 10.0
_GROUP = 4
# A note may begin with its subject for programs (UNTDID 4451), as in #PMT#text.
_SUBJECT = re.compile(r"^#[A-Z]{3}#")


def payment_block(ctx: Context) -> Block:
    """Makes the block on payment."""
    totals = ctx.draft.totals
    heading = text_lines(m.LEFT, [ctx.labels.payment], m.HEADING, ctx.palette.text)
    if totals.due > 0 and not ctx.is_credit:
        pairs = _pairs([*_methods(ctx), *_instructions(ctx)])
        return stack([heading, pairs, girocode_block(ctx)])
    return stack([heading, _statement(ctx), space(4), _pairs(_methods(ctx))])


def notes_block(ctx: Context) -> Block:
    """Makes what the law and the terms of payment want said."""
    style = m.NOTE
    texts = [_SUBJECT.sub("", note) for note in ctx.draft.notes]
    if not ctx.is_credit:
        texts.append(ctx.draft.payment_terms)
    lines = [line for text in texts for line in paragraphs(text, style.weight, style.size, m.WIDTH)]
    return text_lines(m.LEFT, lines, style)


def closing_text(ctx: Context) -> Block:
    """Makes the text that ends the invoice."""
    style = m.TEXT
    text = ctx.draft.branding.closing_text
    return text_lines(m.LEFT, paragraphs(text, style.weight, style.size, m.WIDTH), style)


def _statement(ctx: Context) -> Block:
    """Says in a sentence that nothing is to be paid any more."""
    labels, totals = ctx.labels, ctx.draft.totals
    if ctx.is_credit:
        refund = labels.refund_statement.format(amount=ctx.money(totals.due))
        text = refund if totals.due > 0 else labels.credit_settled
    elif totals.due < 0:
        text = labels.credit_note.format(amount=ctx.money(-totals.due))
    else:
        text = labels.paid_in_full if totals.prepaid else labels.nothing_to_pay
    lines = wrap(text, m.TEXT.weight, m.TEXT.size, _RIGHT - m.LEFT)
    return text_lines(m.LEFT, lines, m.TEXT)


def _methods(ctx: Context) -> list[tuple[str, str]]:
    """Lists what was paid, and by which method what is open will be."""
    labels = ctx.labels
    pairs: list[tuple[str, str]] = []
    for payment in ctx.draft.payments:
        method = labels.method(payment.method)
        if payment.paid_amount:
            paid = labels.paid_with.format(method=method) if method else labels.prepaid
            pairs.append((paid, ctx.money(payment.paid_amount)))
        elif ctx.draft.totals.due > 0 and not ctx.is_credit:
            pairs.append((labels.payment_method, method))
        if payment.transaction_id:
            pairs.append((labels.transaction, payment.transaction_id))
    return pairs


def _instructions(ctx: Context) -> list[tuple[str, str]]:
    """Says until when, where to and under which reference to pay."""
    labels, invoice, account = ctx.labels, ctx.invoice, ctx.draft.seller.bank_account
    due = invoice.due_date
    pairs = [(labels.payable, labels.on_receipt)]
    if due is not None and due > invoice.issue_date:
        pairs = [(labels.pay_until, ctx.formats.day(due))]
    if account is not None:
        pairs += [
            (labels.account_holder, account.holder),
            ("IBAN", grouped(account.iban)),
            ("BIC", account.bic),
            (labels.bank, account.bank_name),
        ]
    pairs.append((labels.payment_reference, invoice.number))
    return pairs


def _pairs(pairs: list[tuple[str, str]]) -> Block:
    if not pairs:
        return space(0)
    indent = max(m.LABEL.width(label) for label, _ in pairs) + _GAP
    return pairs_block(pairs, (m.LEFT, _RIGHT), m.VALUE, min(indent, (_RIGHT - m.LEFT) / 2))


def grouped(iban: str) -> str:
    """Writes an IBAN in groups of four."""
    plain = "".join(iban.split())
    return " ".join(plain[i : i + _GROUP] for i in range(0, len(plain), _GROUP))
