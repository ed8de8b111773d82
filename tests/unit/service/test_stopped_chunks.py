"""A worker can be stopped at any moment: the next one brings the same invoices to their end."""

import itertools
from decimal import Decimal

import pytest

from server.domain.errors import Conflict, Unavailable
from server.domain.job import JobOrderStatus, JobStatus
from tests.builders.orders import Item, OrderForm
from tests.fakes.outside import Crash, fake_document, nothing

PENDING, SUCCESS = JobOrderStatus.PENDING, JobOrderStatus.SUCCESS

#: Where a worker can be stopped: the part, its hook, and on which call of it.
MOMENTS = {
    "before the numbers are kept": ("workers_database", "before_commit", 1),
    "after the numbers are kept": ("workers_database", "after_commit", 1),
    "while rendering": ("renderer", "before", 1),
    "before storing": ("documents", "before", 1),
    "after storing": ("documents", "after", 1),
    "before the outcomes are kept": ("workers_database", "before_commit", 2),
    "after the outcomes are kept": ("workers_database", "after_commit", 2),
}


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def stop(shop, moment, error):
    """Lets a worker be stopped once, at that moment."""
    part, hook, call = MOMENTS[moment]
    calls = itertools.count(1)

    def run() -> None:
        if next(calls) == call:
            raise error

    setattr(getattr(shop, part), hook, run)


@pytest.mark.parametrize("error", [Crash(), Unavailable("The disk is full.")])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_stopped_chunk_ends_with_the_same_numbers_and_bytes(shop, moment, error):
    form = OrderForm((Item(Decimal("3.33"), quantity=Decimal("1.5")),), shipping=Item())
    shop.sell("A", form=form)
    shop.sell("B", created="2026-03-01T10:00:00Z")
    job = shop.start("A", "B")
    stop(shop, moment, error)
    with pytest.raises(type(error)):
        shop.process_chunk(shop.claimed())
    kept, stored = shop.numbers(), dict(shop.documents.files)
    shop.clock.advance(hours=1)
    shop.restart()
    shop.work()
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]
    assert kept in ([], shop.numbers())
    assert len(shop.documents.files) == 2
    assert not stored or stored == shop.documents.files
    assert shop.job(job.job_id).status is JobStatus.DONE
    outcomes = shop.outcomes(job)
    assert statuses(outcomes) == [SUCCESS, SUCCESS]
    assert [o.message for o in outcomes] == ["", ""]
    for invoice, (document,) in shop.invoices():
        assert shop.documents.files[document.key] == fake_document(invoice)


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_number_is_lost_to_a_chunk_that_is_never_done(shop, moment):
    shop.sell("A", "B", "C")
    shop.start("A")
    stop(shop, moment, Crash())
    with pytest.raises(Crash):
        shop.process_chunk(shop.claimed())
    shop.start("B", "C")
    shop.work()
    assert [number[-5:] for number in shop.numbers()] == [
        f"{counter:05d}" for counter in range(1, len(shop.numbers()) + 1)
    ]


def test_a_worker_that_lost_its_chunk_writes_nothing_more(shop):
    shop.sell("A", "B")
    job = shop.start("A", "B")
    late = shop.claimed()
    shop.restart()
    in_time = shop.claimed()
    with pytest.raises(Conflict):
        shop.process_chunk(late)
    assert shop.numbers() == []
    shop.process_chunk(in_time)
    with pytest.raises(Conflict):
        shop.process_chunk(late)
    assert statuses(shop.outcomes(job)) == [SUCCESS, SUCCESS]
    assert shop.job(job.job_id).success_count == 2


def test_a_worker_that_lost_its_chunk_while_rendering_records_no_outcome(shop):
    shop.sell("A")
    job = shop.start("A")
    late = shop.claimed()
    shop.renderer.before = shop.restart
    with pytest.raises(Conflict):
        shop.process_chunk(late)
    shop.renderer.before = nothing
    assert statuses(shop.outcomes(job)) == [PENDING]
    shop.work()
    assert shop.numbers() == ["RE-2026-00001"]
    assert statuses(shop.outcomes(job)) == [SUCCESS]
