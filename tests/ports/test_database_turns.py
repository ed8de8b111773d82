"""What every database promises about whose turn it is, however many jobs wait."""

from collections import Counter

import pytest

from server.domain.job import ChunkKind
from tests.builders.storage_values import ACME, NOON, OTHER, add_job, make_job, success, write

WINDOW = 8


def claim(database, *, starts=False):
    with database.write() as unit:
        chunk = unit.chunks.claim("me", NOON, WINDOW, starts=starts)
        unit.commit()
    return chunk


def finish(database, chunk):
    def work(unit):
        unit.chunks.finish(chunk)
        unit.jobs.record(chunk.job_id, [success(at) for at in range(chunk.first, chunk.end)])

    write(database, work)


@pytest.fixture
def crowd(database):
    """Ten jobs of one tenant, all of them begun, one chunk of each of two in work."""
    with database.write() as unit:
        for number in range(10):
            add_job(unit, f"crowd-{number}", 20)
        unit.commit()
    for _ in range(10):
        finish(database, claim(database))
    return [claim(database), claim(database)]


def test_a_job_of_another_tenant_comes_before_all_that_wait_longer(database, crowd):
    write(database, lambda unit: add_job(unit, "single", 1, tenant=OTHER))
    assert claim(database).job_id == "single"


def test_a_new_job_comes_before_those_that_have_got_some(database, crowd):
    write(database, lambda unit: add_job(unit, "new", 1, tenant=ACME))
    assert claim(database).job_id == "new"


def test_with_more_jobs_than_threads_all_get_on(database, crowd):
    """Each has 19 left; the chance that one of ten is left out 150 times is 1 in 700,000."""
    got: Counter[str] = Counter()
    held = list(crowd)
    for _ in range(150):
        chunk = held.pop(0)
        got[chunk.job_id] += 1
        finish(database, chunk)
        held.append(claim(database))
    assert len(got) == 10


def test_tenants_share_alike_whoever_has_more_jobs(database, crowd):
    for chunk in crowd:
        finish(database, chunk)
    write(database, lambda unit: add_job(unit, "other", 20, tenant=OTHER))
    claimed = Counter(claim(database).tenant for _ in range(8))
    assert claimed == {ACME: 4, OTHER: 4}


def test_who_starts_jobs_takes_only_those_that_nobody_has_begun(database, crowd):
    assert claim(database, starts=True) is None
    write(database, lambda unit: add_job(unit, "new", 2, tenant=OTHER))
    first = claim(database, starts=True)
    assert (first.job_id, first.index) == ("new", 0)
    assert claim(database, starts=True) is None, "it is in work"
    finish(database, first)
    assert claim(database, starts=True) is None, "it was begun"
    assert claim(database).job_id == "new"


def test_a_job_that_has_yet_to_find_its_orders_is_started_too(database, crowd):
    def plan(unit):
        unit.jobs.add(make_job("planned", OTHER))
        unit.chunks.add("planned", OTHER, ChunkKind.PLAN, 0, 0, 1)

    write(database, plan)
    assert claim(database, starts=True).kind is ChunkKind.PLAN
