"""What a process that works on chunks holds, and what it does with each.

Both functions are called in that process; `server.wiring.inside` hands them over by name.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from process.logs import set_up_logs, tell_only
from process.trace import Kind, PlainTracer, read_traceparent
from server.config import Config
from server.documents.folder import FolderDocuments
from server.domain.errors import Conflict, Unavailable
from server.domain.job import Chunk
from server.engines import offer_chunks
from server.identifiers.check_digits import CheckDigits
from server.observing.database import ObservedDatabase
from server.observing.notes import Noted, Notes
from server.observing.stages import Stages
from server.observing.work import ObservedIssuing, ObservedRenderer, ObservedSource, fields_of
from server.ports import Database
from server.rendering import render_document, render_preview
from server.rendering.typography.scripts import check_fonts
from server.service.make_documents import MakeDocuments
from server.service.process_chunk import ProcessChunk
from server.sources.own_orders import OwnOrders
from server.sources.read_order import read_order
from server.storage import open_database
from server.wiring.clock import SystemClock
from server.wiring.drawing import get_ready_to_draw
from server.work.render_here import RenderHere

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a chunk."""

    noted: Noted
    #: Why it was not done; Unavailable and Conflict as they are, all else as a RuntimeError.
    error: Exception | None
    #: The process that worked on it, and how many connections to the database it keeps.
    process: int
    connections: int


@dataclass(frozen=True, slots=True)
class _Inside:
    """What this process works with."""

    process_chunk: ProcessChunk
    stages: Stages
    notes: Notes
    #: Counts its connections: those in use, and those that wait for that.
    connections: Callable[[], tuple[int, int]]


_OPENED: list[_Inside] = []
#: Gives lines of the log their trace; the spans are recorded by who asked for the chunk.
_TRACER = PlainTracer()


def open_inside(config: Config) -> None:
    """Opens all that chunks need, in a process that was started for them."""
    set_up_logs(config.log_level, config.log_format, speaking=(OSError, Unavailable))
    notes = Notes()
    stages = Stages(notes, notes)
    database = open_database(config.database_url, offer_chunks(config))
    process_chunk = join_process_chunk(config, ObservedDatabase(database, notes), stages)
    _OPENED.append(_Inside(process_chunk, stages, notes, database.connections))
    get_ready_to_draw()


def join_process_chunk(config: Config, database: Database, stages: Stages) -> ProcessChunk:
    """Joins what gives the orders of a chunk their outcomes, where it is called."""
    clock = SystemClock()
    renderer = RenderHere(render_document, render_preview, get_ready_to_draw, config.render_seconds)
    store = FolderDocuments(config.documents_dir, abandoned=None)
    return ProcessChunk(
        database,
        clock,
        ObservedSource(OwnOrders(database, read_order), stages),
        CheckDigits(),
        check_fonts,
        ObservedIssuing(database, clock, stages),
        MakeDocuments(database, ObservedRenderer(renderer, stages), store),
    )


def work_on(chunk: Chunk) -> Report:
    """Works on a chunk and reports; what it committed counts, however it ended."""
    (inside,) = _OPENED
    tell_only(fields_of(chunk))
    error: Exception | None = None
    trace = read_traceparent(chunk.origin.trace)
    try:
        with _TRACER.span("chunk", Kind.CONSUMER, trace), inside.stages.of_chunk("read"):
            inside.process_chunk(chunk)
    except (Unavailable, Conflict) as known:
        error = known
    except Exception as unknown:
        # Here its trace is at hand; and not every exception gets through a pipe.
        log.exception("job %s chunk %d failed", chunk.job_id, chunk.index)
        place = traceback.extract_tb(unknown.__traceback__)[-1]
        error = RuntimeError(f"{type(unknown).__name__} in {place.name}, line {place.lineno}")
    return Report(inside.notes.take(), error, os.getpid(), sum(inside.connections()))
