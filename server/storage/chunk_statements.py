"""Statements about chunks that every chunk goes through, made ready."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, insert, select, update

from server.domain.job import Chunk
from server.storage.prepared import Prepared
from server.storage.tables import FREE, chunks, jobs

#: A chunk is held by the very holder it was given to; takes `held_by`.
IS_HELD = and_(
    chunks.c.job_key
    == select(jobs.c.key).where(jobs.c.job_id == bindparam("of_job")).scalar_subquery(),
    chunks.c.index == bindparam("of_index"),
    chunks.c.holder == bindparam("of_holder"),
    ~chunks.c.done,
)
NEW_CHUNK = Prepared(insert(chunks), left_out={"holder"})
LAST = Prepared(
    select(func.max(chunks.c.index).label("last")).where(chunks.c.job_key == bindparam("job_key"))
)
CLAIM = Prepared(
    update(chunks)
    .where(chunks.c.job_key == bindparam("of_key"), chunks.c.index == bindparam("of_index"), FREE)
    .values(holder=bindparam("to_holder"), attempts=chunks.c.attempts + 1)
    .returning(chunks.c.index, chunks.c.kind, chunks.c.first, chunks.c.end, chunks.c.attempts)
)
HELD_CHUNK = Prepared(select(chunks.c.index).where(IS_HELD).with_for_update(key_share=True))
FINISH = Prepared(update(chunks).where(IS_HELD).values(done=True))
ANY_FREE = Prepared(select(chunks.c.index).where(FREE).limit(1))


def held_by(chunk: Chunk) -> dict[str, object]:
    """Gives what IS_HELD asks for."""
    return {"of_job": chunk.job_id, "of_index": chunk.index, "of_holder": chunk.holder}
