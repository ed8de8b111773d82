"""Jobs from before they could be watched are watched like all others, and listed as ever."""

from sqlalchemy import text

from server.domain.job import JobFilter, JobStatus, JobType
from server.storage import migrate, open_database
from server.storage.engine import open_engines
from tests.builders.storage_values import ACME, NOON, success, write


def test_outcomes_of_old_jobs_are_counted_and_new_ones_follow(at_revision):
    url = at_revision("0003")
    engines = open_engines(url)
    with engines.writer.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO jobs (job_id, tenant, job_type, created_at, done_at, order_count, "
                "success_count, failure_count) "
                "VALUES (:id, 'acme', 'MANUAL', '2025-11-03 12:00:00.000000', :done, 3, :good, 1)"
            ),
            [
                {"id": "job-1", "done": "2025-11-03 12:00:00.000000", "good": 2},
                {"id": "job-2", "done": None, "good": 0},
            ],
        )
        connection.execute(
            text(
                "INSERT INTO job_orders VALUES "
                "(:job, :position, 'o-' || :name, :status, '', '', '', '', '')"
            ),
            [
                {"job": job, "position": position, "name": str(position), "status": status}
                for job, statuses in ((1, "SFS"), (2, "PPF"))
                for position, status in enumerate(
                    {"S": "SUCCESS", "F": "FAILURE", "P": "PENDING"}[s] for s in statuses
                )
            ],
        )
    engines.close()
    migrate(url)
    database = open_database(url)
    write(database, lambda unit: unit.jobs.record("job-2", [success(1)]))
    with database.read() as unit:
        assert [o.position for o in unit.jobs.outcomes("job-1", 0, 9)] == [0, 1, 2]
        assert [o.position for o in unit.jobs.outcomes("job-1", 2, 9)] == [2]
        assert [o.position for o in unit.jobs.outcomes("job-2", 0, 9)] == [2, 1]
        for chosen, found in (
            (JobFilter(), ["job-2", "job-1"]),
            (JobFilter(JobStatus.IN_PROGRESS), ["job-2"]),
            (JobFilter(job_type=JobType.MANUAL, created_before=NOON), []),
        ):
            page = unit.jobs.page(ACME, chosen, None, 9)
            assert [job.job_id for job in page.items] == found
        old = unit.jobs.get(ACME, "job-1")
        assert old
        assert (old.retry_of, old.cancelled_at) == ("", None)
    database.close()
