"""The words at the lower left: how it was paid, or where to pay to and what to refer to."""

from __future__ import annotations

from server.rendering.colours import GREY
from server.rendering.girocode import dark_runs, girocode_text, unpayable_text
from server.rendering.layouts.blocks import Block, Lines, Piece, Stack
from server.rendering.layouts.context import Context
from server.rendering.layouts.design import BASE
from server.rendering.layouts.measuring import lines_of
from server.rendering.layouts.parts.pairs import pairs_block
from server.rendering.layouts.parts.parties import grouped
from server.rendering.pdf.pen import Pen

_GAP_TO_SUMS = 12.0
#: Side of the GiroCode in points; the modules of an ordinary transfer are 0.6 mm wide then.
_SIDE = 70.0
#: Kept clear around it: four modules of the smallest transfer's code, as the standard wants. More
#: text means smaller modules, but a longer number must not move what follows.
_QUIET = 8.5


def payment_block(ctx: Context) -> Block:
    """Makes the block on payment."""
    styles, left = ctx.styles, ctx.design.left
    heading = Lines(left, [ctx.labels.payment], styles.heading, ctx.palette.text)
    if ctx.draft.totals.due > 0 and not ctx.is_credit:
        pairs = _pairs(ctx, [*_methods(ctx), *_instructions(ctx)])
        return Stack(heading, pairs, _girocode(ctx))
    return Stack(heading, _statement(ctx), Piece(4), _pairs(ctx, _methods(ctx)))


def due_by(ctx: Context) -> tuple[str, str]:
    """Says until when to pay: a word for it, and a day or another word."""
    due = ctx.invoice.due_date
    if due is not None and due > ctx.invoice.issue_date:
        return ctx.labels.pay_until, ctx.formats.day(due)
    return ctx.labels.payable, ctx.labels.on_receipt


def _statement(ctx: Context) -> Block:
    """Says in a sentence that nothing is to be paid any more."""
    labels, totals, style = ctx.labels, ctx.draft.totals, ctx.styles.text
    if ctx.is_credit:
        refund = labels.refund_statement.format(amount=ctx.money(totals.due))
        text = refund if totals.due > 0 else labels.credit_settled
    elif totals.due < 0:
        text = labels.credit_note.format(amount=ctx.money(-totals.due))
    else:
        text = labels.paid_in_full if totals.prepaid else labels.nothing_to_pay
    left = ctx.design.left
    return Lines(left, lines_of(text, style, ctx.design.middle - _GAP_TO_SUMS - left), style)


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
    labels, account = ctx.labels, ctx.draft.seller.bank_account
    pairs = [due_by(ctx)]
    if account is not None:
        pairs += [
            (labels.account_holder, account.holder),
            ("IBAN", grouped(account.iban)),
            ("BIC", account.bic),
            (labels.bank, account.bank_name),
        ]
    pairs.append((labels.payment_reference, ctx.invoice.number))
    return pairs


def _pairs(ctx: Context, pairs: list[tuple[str, str]]) -> Block:
    between = (ctx.design.left, ctx.design.middle - _GAP_TO_SUMS)
    return pairs_block(pairs, between, ctx.styles.value)


def _girocode(ctx: Context) -> Piece:
    """Makes the code with its quiet zone; nothing where the invoice asks for no transfer."""
    text = girocode_text(ctx.invoice)
    if not text:
        return Piece(0)
    if ctx.watermark:  # whoever pays a preview pays what nobody asked for yet
        text = unpayable_text(text, ctx.watermark)
    modules, runs = dark_runs(text)
    left, styles = ctx.design.left, ctx.styles

    def draw(pen: Pen, y: float) -> None:
        top, beside = y + _QUIET, left + _SIDE + _QUIET
        pen.bars(left, top, _SIDE / modules, runs)
        pen.text(beside, top + BASE * styles.strong.leading, "GiroCode", styles.strong)
        below = top + (1 + BASE) * styles.label.leading
        pen.text(beside, below, ctx.labels.girocode, styles.label, GREY)

    return Piece(_SIDE + 2 * _QUIET, draw)
