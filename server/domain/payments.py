"""How an order was or will be paid."""

from __future__ import annotations

import re

from server.domain.invoice import Payment
from server.domain.money import round_half_up, smallest_unit
from server.domain.order import Order

#: Payments in these states moved no money, or moved it back, and will move none.
_VAIN = frozenset({"FAILED", "DECLINED", "CANCELLED", "CANCELED", "EXPIRED", "REFUNDED"})

_TRANSFER = "transfer"
#: What a method's name holds, and its UNTDID 4461 code; the first that fits counts. A direct debit
#: is "as agreed" (ZZZ): its own codes take the mandate's reference, which orders do not hold.
_MEANS = (
    (("directdebit", "debit", "lastschrift"), "ZZZ"),
    (("giftcard", "giftcertificate", "voucher", "coupon", "gutschein"), "ZZZ"),
    (("paypal", "klarna", "twint", "applepay", "googlepay", "amazonpay", "alipay"), "68"),
    (("ideal", "giropay", "sofort", "bancontact", "blik", "przelewy", "swish", "wero"), "68"),
    (("card", "stripe", "visa", "mastercard", "amex", "adyen"), "48"),
    (("cash", "nachnahme"), "10"),
    (("invoice", "prepayment", "prepaid", "advance", "transfer", "rechnung"), _TRANSFER),
    (("vorkasse", "wire"), _TRANSFER),
)
_NOT_A_LETTER = re.compile(r"[^a-z]")


def payments_of(order: Order, *, has_account: bool) -> tuple[Payment, ...]:
    """Gives the order's payments without those that came to nothing: attempts are no way to pay.

    has_account tells whether the seller names an account.
    """
    unit = smallest_unit(order.currency)
    return tuple(
        Payment(
            method=payment.method,
            paid_amount=round_half_up(payment.paid_amount, unit),
            transaction_id=payment.transaction_id,
            means_code=means_code(payment.method, order.currency, has_account=has_account),
        )
        for payment in order.payments
        if payment.status.upper() not in _VAIN
    )


def means_code(method: str, currency: str, *, has_account: bool) -> str:
    """Gives the code of a payment method (BT-81); empty where it is not known.

    A transfer takes the account to transfer to (BR-61): without one its code stays empty.
    """
    # A debit card is a card.
    name = _NOT_A_LETTER.sub("", method.lower()).replace("debitcard", "card")
    for words, code in _MEANS:
        for word in words:
            if word in name:
                if code != _TRANSFER:
                    return code
                return ("58" if currency == "EUR" else "30") if has_account else ""
    return ""
