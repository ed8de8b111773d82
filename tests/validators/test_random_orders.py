"""Whatever a shop sells and however it rounds, its XML is valid or known to be impossible.

`make validate` runs many more orders than a test run does.
"""

import os
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, Phase, event, given, settings

from server.domain.computation import compute_invoice
from server.domain.document import DocumentFormat
from server.domain.format_rules import E_INVOICES, missing_terms
from server.identifiers.check_digits import CheckDigits
from tests.builders.invoices import make_draft, make_line
from tests.builders.order_strategies import order_forms
from tests.builders.orders import ADDRESS, make_order_json, to_order
from tests.builders.settings import make_settings, make_site
from tests.validators.scenarios import complete, credit, issue

ORDERS = int(os.environ.get("INVOICEJOBS_VALIDATED_ORDERS", "60"))


@settings(
    derandomize=True,
    max_examples=ORDERS,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[*HealthCheck],
)
@given(form=order_forms())
def test_random_orders_are_valid_in_every_format(validator, form):
    order, site = to_order(justified(form)), make_site(includes_tax=form.includes_tax)
    draft = complete(compute_invoice(order, make_settings(site), CheckDigits()))
    for format in sorted(E_INVOICES):
        missing = [term.term for term in missing_terms(draft, format)]
        if draft.currency == "KWD":
            assert missing == ["BT-5"]
            continue
        if draft.currency == "JPY" and missing == ["BT-117"]:
            # A whole yen of line-by-line rounding; the validators agree that it cannot be sent.
            assert "BR-S-09" in {f.rule for f in validator.failures(issue(draft), format)}
            continue
        assert missing == []
        # In CII a credit note differs by its type code alone.
        is_ubl = format.name.endswith("UBL")
        for invoice in (issue(draft), credit(draft)) if is_ubl else (issue(draft),):
            failures = validator.failures(invoice, format)
            assert [(f.rule, f.text) for f in failures] == []
    event(f"{draft.currency} {' '.join(sorted({s.tax_category for s in draft.tax_subtotals}))}")


def justified(form):
    """Makes the JSON of a form: exported where nothing is taxed, else everything is taxed."""
    items = [*form.items, *(fee for item in form.items for fee in item.fees)]
    items += [item for item in (form.shipping, *form.payment_fees) if item]
    if not any(item.rate for item in items):
        abroad = ADDRESS | {"country": "CH"}
        return make_order_json(form, billingAddress=abroad, shippingAddress=abroad)
    return make_order_json(
        replace(
            form,
            items=tuple(taxed(item) for item in form.items),
            shipping=form.shipping and taxed(form.shipping),
            payment_fees=tuple(map(taxed, form.payment_fees)),
        )
    )


def taxed(item):
    return replace(item, rate=item.rate or Decimal(7), fees=tuple(map(taxed, item.fees)))


def test_amounts_with_three_decimals_are_known_to_be_impossible(validator):
    draft = complete(_kuwaiti_draft())
    for format in sorted(E_INVOICES):
        assert [term.term for term in missing_terms(draft, format)] == ["BT-5"]
        rules = {failure.rule for failure in validator.failures(issue(draft), format)}
        assert any(rule.startswith("BR-DEC-") for rule in rules)
    assert missing_terms(draft, DocumentFormat.PDF) == ()


def _kuwaiti_draft():
    line = make_line(quantity=Decimal(1), unit_price=Decimal("1.005"), net_amount=Decimal("1.005"))
    return make_draft((line,), currency="KWD", adjustments=())
