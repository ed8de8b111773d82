"""Jobs that are created in one transaction are as those that are created one after the other."""

from dataclasses import replace

import pytest

from server.domain.audit import AuditFilter
from server.domain.errors import Conflict, InvalidInput, LimitExceeded, NotReady, Unavailable
from server.domain.job import Job, JobType
from server.domain.origin import UNKNOWN, Origin
from server.domain.tenant import Tenant
from server.service.job_limits import JobLimits
from server.service.job_starts import JobRequest
from server.service.read_audit import ReadAudit

ACME = Tenant("acme")


def request(*order_ids, request_id="", tenant=ACME, origin=UNKNOWN):
    job_type = JobType.MANUAL if order_ids else JobType.AUTOMATIC
    return JobRequest(tenant, job_type, order_ids, request_id, origin)


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


def test_each_has_its_orders_and_chunks_in_the_order_they_were_asked_for(shop):
    jobs = shop.create_job.together([request("A", "B", "C"), request(), request("D")])
    assert [job.order_count for job in jobs] == [3, 0, 1]
    assert [[o.order_id for o in shop.outcomes(job)] for job in jobs] == [
        ["A", "B", "C"],
        [],
        ["D"],
    ]
    chunks = [shop.claimed() for _ in range(4)]
    assert [(c.job_id, c.kind.value, c.first, c.end) for c in chunks] == [
        (jobs[0].job_id, "ORDERS", 0, 2),
        (jobs[1].job_id, "PLAN", 0, 0),
        (jobs[2].job_id, "ORDERS", 0, 1),
        (jobs[0].job_id, "ORDERS", 2, 3),
    ]
    assert shop.woken == 1


def test_what_is_told_of_a_job_is_what_is_found_of_it(shop):
    origin = Origin("shop", "192.0.2.1", "r-1", "")
    told = shop.create_job.together([request("A", origin=origin), request("B")])
    with shop.database.read() as unit:
        assert [unit.jobs.get(ACME, job.job_id) for job in told] == told


def test_a_request_that_comes_twice_at_once_makes_one_job(shop):
    first, again, other = shop.create_job.together(
        [request("A", request_id="r"), request("A", request_id="r"), request("A", request_id="s")]
    )
    assert again == first
    assert other.job_id != first.job_id
    assert shop.start("A", request_id="r").job_id == first.job_id


def test_another_request_of_the_same_id_is_refused_alone(shop):
    outcomes = shop.create_job.together(
        [request("A", request_id="r"), request("B", request_id="r")]
    )
    assert kinds(outcomes) == [Job, Conflict]


def test_a_request_that_was_refused_does_not_keep_its_id(shop):
    nobody = Tenant("nobody")
    outcomes = shop.create_job.together(
        [request("A", request_id="r", tenant=nobody), request("B", request_id="r")]
    )
    assert kinds(outcomes) == [NotReady, Job]


def test_those_that_are_wrong_are_refused_and_the_others_are_made(shop):
    outcomes = shop.create_job.together(
        [request("A"), request("a\nb"), request("A", tenant=Tenant("nobody")), request("B")]
    )
    assert kinds(outcomes) == [Job, InvalidInput, NotReady, Job]
    assert shop.woken == 1


def test_limits_count_what_the_others_of_the_group_add(shop):
    create_job = replace(shop.create_job, limits=JobLimits(running_jobs=2, waiting_orders=3))
    outcomes = create_job.together(
        [request("A", "B"), request("C", "D"), request("E"), request("F")]
    )
    assert kinds(outcomes) == [Job, LimitExceeded, Job, LimitExceeded]
    assert [each.reason for each in outcomes if isinstance(each, LimitExceeded)] == [
        "TOO_MANY_WAITING_ORDERS",
        "TOO_MANY_RUNNING_JOBS",
    ]


def test_the_audit_log_names_who_asked_for_each(shop):
    origins = [Origin(subject=name) for name in ("ann", "bob")]
    jobs = shop.create_job.together([request("A", origin=origin) for origin in origins])
    entries = list(ReadAudit(shop.database)(AuditFilter(), 10))[::-1]
    assert [(e.about, e.origin) for e in entries] == [
        (job.job_id, origin) for job, origin in zip(jobs, origins, strict=True)
    ]


def test_one_that_cannot_be_written_fails_alone(shop):
    taken = shop.start("A").job_id
    ids = iter(["new-1", taken, "new-2", "new-1", taken, "new-2"])
    create_job = replace(shop.create_job, new_id=lambda: next(ids))
    outcomes = create_job.together([request("A"), request("B"), request("C")])
    assert kinds(outcomes) == [Job, Conflict, Job]
    assert [job.job_id for job in outcomes if isinstance(job, Job)] == ["new-1", "new-2"]


def test_nothing_is_told_of_jobs_that_did_not_reach_the_disk(shop):
    def fail():
        raise Unavailable("The disk is full.", reason="DATABASE_UNAVAILABLE")

    shop.workers_database.before_commit = fail
    create_job = replace(shop.create_job, database=shop.workers_database)
    outcomes = create_job.together([request("A", request_id="r"), request("B")])
    assert kinds(outcomes) == [Unavailable, Unavailable]
    assert shop.woken == 0
    assert shop.claim() is None


@pytest.mark.parametrize("refused", [[request("a\nb")], [request("A", tenant=Tenant("nobody"))]])
def test_nobody_is_woken_for_nothing(shop, refused):
    shop.create_job.together(refused)
    assert shop.woken == 0


def test_what_was_begun_is_what_would_have_been_created_at_once(shop):
    asked = [request("A", "B", "C", request_id="r"), request(), request("D", tenant=Tenant("no"))]
    begun = shop.create_job.begin(asked)
    assert shop.woken == 0
    with shop.database.read() as unit:  # and nobody sees it yet
        assert unit.requests.find(ACME, "r") is None
    first, automatic, refused = begun.commit()
    assert (first.order_count, automatic.job_type, type(refused)) == (3, "AUTOMATIC", NotReady)
    with shop.database.read() as unit:
        assert [unit.jobs.get(ACME, job.job_id) for job in (first, automatic)] == [first, automatic]
        assert unit.requests.find(ACME, "r").result == first.job_id
    chunks = [shop.claimed() for _ in range(3)]
    assert [(c.job_id, c.kind.value, c.first, c.end) for c in chunks] == [
        (first.job_id, "ORDERS", 0, 2),
        (automatic.job_id, "PLAN", 0, 0),
        (first.job_id, "ORDERS", 2, 3),
    ]
    entries = list(ReadAudit(shop.database)(AuditFilter(), 10))[::-1]
    assert [e.about for e in entries] == [first.job_id, automatic.job_id]
    assert shop.woken == 1


def test_nothing_is_begun_that_would_have_to_wait_for_others(shop):
    with shop.database.write():
        assert shop.create_job.begin([request("A")]) is None
    (job,) = shop.create_job.begin([request("A")]).commit()
    assert shop.claimed().job_id == job.job_id


def test_nothing_is_left_of_what_cannot_be_begun(shop):
    taken = shop.start("A").job_id
    shop.claimed()
    ids = iter(["new-1", taken, "new-3"])
    create_job = replace(shop.create_job, new_id=lambda: next(ids))
    assert create_job.begin([request("A"), request("B")]) is None
    assert create_job.begin([request("A"), request("a\nb")]) is None
    assert shop.claim() is None
    assert shop.start("C")  # others can write


def test_what_was_begun_and_abandoned_is_not_there_and_nobody_waits_for_it(shop):
    begun = shop.create_job.begin([request("A", request_id="r")])
    begun.abandon()
    begun.abandon()
    with pytest.raises(RuntimeError):
        begun.commit()
    assert shop.claim() is None
    assert shop.start("B", request_id="r")


def test_what_was_committed_stays_when_it_is_abandoned_afterwards(shop):
    begun = shop.create_job.begin([request("A")])
    (job,) = begun.commit()
    begun.abandon()
    assert shop.claimed().job_id == job.job_id


def test_nothing_is_told_of_jobs_that_were_begun_and_did_not_reach_the_disk(shop):
    def fail():
        raise Unavailable("The disk is full.", reason="DATABASE_UNAVAILABLE")

    shop.workers_database.before_commit = fail
    create_job = replace(shop.create_job, database=shop.workers_database)
    outcomes = create_job.begin([request("A", request_id="r"), request("B")]).commit()
    assert kinds(outcomes) == [Unavailable, Unavailable]
    assert shop.woken == 0
    assert shop.claim() is None
    assert shop.start("C")  # others can write


def test_nobody_is_woken_for_jobs_that_were_begun_and_refused(shop):
    (refused,) = shop.create_job.begin([request("A", tenant=Tenant("nobody"))]).commit()
    assert isinstance(refused, NotReady)
    assert shop.woken == 0
    assert shop.start("B")  # others can write


def test_settings_that_were_fit_are_looked_at_again_when_they_change(shop):
    assert kinds(shop.create_job.together([request("A"), request("B")])) == [Job, Job]
    with shop.database.write() as unit:
        settings = unit.settings.get(ACME)
        sequences = tuple(
            replace(sequence, pre_text="__nobodyKnows__") for sequence in settings.number_sequences
        )
        unit.settings.put(ACME, replace(settings, number_sequences=sequences))
        unit.commit()
    (refused,) = shop.create_job.together([request("C")])
    assert (type(refused), refused.reason) == (NotReady, "PLACEHOLDER_EMPTY")
