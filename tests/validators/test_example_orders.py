"""Every example order, in every format and language, and as a credit note, is valid."""

from decimal import Decimal

import pytest

from server.domain.credit import Credit, CreditLine
from server.domain.document import DocumentFormat
from server.domain.format_rules import E_INVOICES, missing_terms
from server.domain.settings import SUPPORTED_LANGUAGES
from tests.validators.scenarios import complete, credit, example_drafts, issue

FORMATS = sorted(E_INVOICES)
#: A hint, no error: one published order names no delivery date.
HINTS = {"BR-DE-TMP-32"}


def broken(validator, invoice, format):
    """Gives the rules an invoice breaks, each with what it says."""
    return [
        (failure.rule, failure.text)
        for failure in validator.failures(invoice, format)
        if failure.rule not in HINTS
    ]


@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_example_orders_are_valid_in_a_language(validator, format, language):
    drafts = {name: complete(draft) for name, draft in example_drafts(language).items()}
    assert len(drafts) >= 18
    assert {draft.language.partition("-")[0] for draft in drafts.values()} == {language}
    assert {name: missing_terms(draft, format) for name, draft in drafts.items()} == dict.fromkeys(
        drafts, ()
    )
    found = {name: broken(validator, issue(draft), format) for name, draft in drafts.items()}
    assert found == {name: [] for name in drafts}


@pytest.mark.parametrize(
    "wanted",
    [
        Credit(reason="Storno"),
        Credit(lines=(CreditLine(1),)),
        Credit(amount=Decimal(5), reason="Kulanz"),
    ],
    ids=["whole", "a line", "an amount"],
)
@pytest.mark.parametrize("format", FORMATS)
def test_credit_notes_of_the_example_orders_are_valid(validator, format, wanted):
    drafts = {name: complete(draft) for name, draft in example_drafts().items()}
    found = {
        name: broken(validator, credit(draft, wanted), format) for name, draft in drafts.items()
    }
    assert found == {name: [] for name in drafts}


@pytest.mark.parametrize("name", sorted(example_drafts()))
def test_an_example_order_is_valid_factur_x_without_further_settings(validator, name):
    draft = example_drafts()[name]
    missing = missing_terms(draft, DocumentFormat.FACTUR_X)
    rules = [rule for rule, _ in broken(validator, issue(draft), DocumentFormat.FACTUR_X)]
    # The Japanese seller has neither VAT id nor legal id, and the rules say so before.
    expected = (["BT-31"], ["BR-CO-26"]) if name.startswith("08") else ([], [])
    assert ([term.term for term in missing], sorted(set(rules))) == expected
