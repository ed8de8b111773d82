"""The numbers that a chunk's invoices bear: from the right sequence, without a gap, never twice."""

from dataclasses import replace
from datetime import UTC, datetime

from server.domain.job import JobOrderStatus
from server.domain.numbering import NumberSequence, Placeholder
from tests.builders.settings import SEQUENCE, make_settings, make_site

SUCCESS, FAILURE = JobOrderStatus.SUCCESS, JobOrderStatus.FAILURE


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_a_sequence_that_is_used_up_fails_the_orders_that_come_too_late(shop):
    sequence = NumberSequence("short", "S", number_of_digits=1, max_value=1)
    shop.save(make_settings(number_sequences=(sequence,)))
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")
    shop.work()
    outcomes = shop.outcomes(job)
    assert statuses(outcomes) == [SUCCESS, FAILURE, FAILURE]
    assert outcomes[1].reason == "NUMBER_SEQUENCE_EXHAUSTED"
    assert "its last number is S1" in outcomes[1].message
    # Nothing was lost: with a later end the numbers go on where they stopped.
    shop.save(make_settings(number_sequences=(replace(sequence, max_value=9),)))
    shop.start("B", "C")
    shop.work()
    assert shop.numbers() == ["S1", "S2", "S3"]


def test_a_number_that_an_older_sequence_gave_is_refused_and_no_counter_moves(shop):
    shop.sell("A", "B", "C", "D")
    shop.start("A", "B")
    shop.work()
    # The old sequence is gone, so nobody could see at saving that the new one repeats it.
    repeating = NumberSequence("new", "RE-__year__-")
    other = NumberSequence("other", "X-")
    sites = make_site(), make_site(code="second", number_sequence="other")
    shop.save(make_settings(*sites, number_sequences=(repeating, other)))
    shop.sell("E", siteCode="second")
    job = shop.start("C", "E")
    shop.work()
    bad, good = shop.outcomes(job)
    assert (bad.status, bad.reason) == (FAILURE, "NUMBER_TAKEN")
    assert "'new' gives numbers that are in use already" in bad.message
    assert (good.status, good.invoice_number) == (SUCCESS, "X-00001")
    shop.save(make_settings(*sites, number_sequences=(replace(repeating, pre_text="N-"), other)))
    shop.start("C", "D")
    shop.work()
    assert shop.numbers()[2:] == ["X-00001", "N-00001", "N-00002"]


def test_the_counter_begins_anew_with_the_year_of_the_site(shop):
    sites = make_site(), make_site(code="ny", time_zone="America/New_York", number_sequence="ny")
    sequences = SEQUENCE, NumberSequence("ny", "NY-__year__-")
    shop.save(make_settings(*sites, number_sequences=sequences))
    shop.clock.time = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    shop.sell("A")
    shop.sell("B", siteCode="ny")
    shop.start("A", "B")
    shop.work()
    assert {invoice.number: str(invoice.issue_date) for invoice, _ in shop.invoices()} == {
        "RE-2027-00001": "2027-01-01",
        "NY-2026-00001": "2026-12-31",
    }


def test_a_placeholder_that_lost_its_value_fails_the_order(shop):
    shop.sell("A")
    job = shop.start("A")
    shop.save(make_settings(number_sequences=(NumberSequence("s", "R__branch__-"),)))
    shop.work()
    (outcome,) = shop.outcomes(job)
    assert (outcome.status, outcome.reason) == (FAILURE, "PLACEHOLDER_EMPTY")


def test_two_counters_that_give_the_same_number_at_once_give_it_to_nobody(shop):
    filled = {"__code__": Placeholder(site_path="code"), "__name__": Placeholder(site_path="name")}
    sequence = NumberSequence(
        "s", "__code____name__-", sequence_key="__code__", placeholders=filled
    )
    sites = make_site(name="12"), make_site(code="main1", name="2")
    shop.save(make_settings(*sites, number_sequences=(sequence,)))
    shop.sell("A")
    shop.sell("B", siteCode="main1")
    job = shop.start("A", "B")
    shop.work()
    # Nobody is told the other's invoice.
    assert {outcome.reason for outcome in shop.outcomes(job)} == {"NUMBER_TAKEN"}
    assert shop.invoices() == []
    # One by one, the first has its number.
    for each, status in (("A", SUCCESS), ("B", FAILURE)):
        job = shop.start(each)
        shop.work()
        assert statuses(shop.outcomes(job)) == [status]
    assert [(each.draft.order_id, each.number) for each, _ in shop.invoices()] == [
        ("A", "main12-00001")
    ]
