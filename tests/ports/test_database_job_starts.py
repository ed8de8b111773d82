"""What every database must do with new jobs that are written together."""

from datetime import timedelta

from server.domain.job import ChunkKind
from server.ports import JobStart
from tests.builders.storage_values import ACME, NOON, OTHER, make_job, write


def start(job_id, *order_ids, tenant=ACME):
    return JobStart(make_job(job_id, tenant, order_count=len(order_ids)), order_ids)


class TestJobStarts:
    """Any number of jobs, with their orders and chunks, in the order they are given."""

    def test_each_job_has_its_own_orders_and_chunks(self, database):
        starts = [
            start("job-1", "a", "b", "c"),
            start("job-2"),
            start("job-3", "a", tenant=OTHER),
        ]
        write(database, lambda unit: unit.job_starts.add(starts, 2))
        with database.read() as unit:
            assert [unit.jobs.get(s.job.tenant, s.job.job_id) for s in starts] == [
                s.job for s in starts
            ]
            orders = [unit.jobs.orders(s.job.job_id, 0, 10) for s in starts]
        assert [[(o.position, o.order_id, o.status) for o in each] for each in orders] == [
            [(0, "a", "PENDING"), (1, "b", "PENDING"), (2, "c", "PENDING")],
            [],
            [(0, "a", "PENDING")],
        ]
        with database.write() as unit:
            later = NOON + timedelta(days=1)
            claimed = [unit.chunks.claim(f"w-{n}", later, 8) for n in range(5)]
            unit.commit()
        assert claimed[-1] is None
        found = {(c.job_id, c.tenant, c.index, c.kind, c.first, c.end) for c in claimed if c}
        assert found == {
            ("job-1", ACME, 0, ChunkKind.ORDERS, 0, 2),
            ("job-1", ACME, 1, ChunkKind.ORDERS, 2, 3),
            ("job-2", ACME, 0, ChunkKind.PLAN, 0, 0),
            ("job-3", OTHER, 0, ChunkKind.ORDERS, 0, 1),
        }

    def test_as_many_as_come_are_listed_in_the_order_they_came(self, database):
        starts = [start(f"job-{number}", f"o-{number}") for number in range(1, 200)]
        write(database, lambda unit: unit.job_starts.add(starts, 2))
        write(database, lambda unit: unit.job_starts.add([], 2))
        with database.read() as unit:
            for each in starts:
                (order,) = unit.jobs.orders(each.job.job_id, 0, 10)
                assert order.order_id == each.order_ids[0]
            assert unit.jobs.load(ACME).jobs == len(starts)
            assert unit.jobs.load(ACME).orders == len(starts)

    def test_a_large_job_has_chunks_of_twice_the_size(self, database):
        orders = [f"o-{number}" for number in range(81)]
        starts = [start("small", *orders[:80]), start("large", *orders, tenant=OTHER)]
        write(database, lambda unit: unit.job_starts.add(starts, 2))
        with database.write() as unit:
            claimed = [unit.chunks.claim(f"w-{n}", NOON, 1) for n in range(2)]
        assert {(c.job_id, c.end) for c in claimed if c} == {("small", 2), ("large", 4)}
