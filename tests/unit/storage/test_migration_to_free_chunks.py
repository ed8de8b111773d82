"""Work that was under way when the release changed goes on."""

from sqlalchemy import text

from server.storage import migrate, open_database
from server.storage.engine import open_engines
from tests.builders.storage_values import NOON


def test_free_chunks_are_claimed_held_ones_freed_and_done_ones_left_alone(at_revision):
    url = at_revision("0002")
    engines = open_engines(url)
    with engines.writer.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO jobs (job_id, tenant, job_type, created_at, order_count, "
                "success_count, failure_count) "
                "VALUES ('job-1', 'acme', 'MANUAL', '2025-11-03 12:00:00.000000', 3, 1, 0)"
            )
        )
        connection.execute(
            text(
                'INSERT INTO chunks (job_key, "index", kind, first, "end", not_before, attempts, '
                "holder, done) VALUES (1, :index, 'ORDERS', :index, :index + 1, "
                "'1970-01-01 00:00:00.000000', 1, :holder, :done)"
            ),
            [
                {"index": 0, "holder": "x", "done": True},
                {"index": 1, "holder": "x", "done": False},
                {"index": 2, "holder": None, "done": False},
            ],
        )
    engines.close()
    migrate(url)
    database = open_database(url)
    with database.write() as unit:
        claimed = [unit.chunks.claim("me", NOON, 8) for _ in range(2)]
        assert [chunk and chunk.index for chunk in claimed] == [2, None]
        assert not unit.jobs.close_if_complete("job-1", NOON)
        assert unit.chunks.release_all() == 2
        claimed = [unit.chunks.claim("me", NOON, 8) for _ in range(3)]
        assert [chunk and (chunk.index, chunk.attempts) for chunk in claimed] == [
            *((1, 2), (2, 3), None),
        ]
    database.close()
