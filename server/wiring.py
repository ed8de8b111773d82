"""The only place that chooses and joins parts."""

from __future__ import annotations

import asyncio
import logging
import signal
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from server.config import Config
from server.data_folder import alone
from server.documents.folder import FolderDocuments
from server.engines import choose_engine, migrate_database, offer_chunks
from server.identifiers.check_digits import CheckDigits
from server.ports import Clock, Engine, Identifiers, Renderer
from server.preview import RenderFiles
from server.rendering import render_document, render_preview, warm_up
from server.rendering.labels import labels_for
from server.rendering.logos import prepare_logo
from server.rendering.typography.scripts import check_fonts
from server.rpc.serving import GrpcServer, Limits
from server.rpc.settings_json import read_settings_json
from server.service.cancel_invoice import CancelInvoice
from server.service.cancel_job import CancelJob
from server.service.create_job import CreateJob
from server.service.download_invoice import DownloadInvoice
from server.service.import_orders import ImportOrders
from server.service.issue_invoices import IssueInvoices
from server.service.job_limits import JobLimits
from server.service.list_schedules import ListSchedules
from server.service.logos import TakeLogos
from server.service.make_documents import MakeDocuments
from server.service.plan_job import PlanJob
from server.service.preview_invoice import PreviewInvoice
from server.service.process_chunk import ProcessChunk
from server.service.purge import Purge, Retention
from server.service.read_invoice import ListInvoices, ReadInvoice
from server.service.read_job import ListJobs, ReadJob
from server.service.read_order import ListOrders, ReadOrderRecord
from server.service.render_preview import RenderPreview
from server.service.retry_job import RetryJob
from server.service.run_schedules import RunSchedules
from server.service.settings import CheckSettings, ReadSettings, UpdateSettings
from server.service.use_cases import UseCases
from server.service.watch_job import WatchJob
from server.service.work_on_chunk import WorkOnChunk
from server.sources.logo_url import FetchLogoByHttps, refuse_logo_url
from server.sources.own_orders import OwnOrders
from server.sources.read_order import read_order
from server.storage import SqlDatabase, open_database, server_address
from server.work.housekeeping import Housekeeping
from server.work.local_changes import LocalChanges
from server.work.render_pool import RenderPool
from server.work.scheduler import Scheduler

log = logging.getLogger(__name__)

#: Seconds after which no process still writes at a document that is not in place.
ABANDONED = 60.0
#: The same while all run: no process is so slow that it still writes at a document then.
FORGOTTEN = 600.0


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Gives the time in UTC."""
        return datetime.now(UTC)


def new_id() -> str:
    """Makes an id that nobody can guess."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Service:
    """The running inside: what clients can ask for, and who does the work."""

    use_cases: UseCases
    engine: Engine
    scheduler: Scheduler
    housekeeping: Housekeeping


@contextmanager
def open_service(config: Config) -> Iterator[Service]:
    """Opens everything behind the doors; the engine is not started yet.

    Raises Unavailable when another process uses the data folder, or it cannot be used.
    """
    # A PostgreSQL server has any number of clients; an SQLite file has one engine.
    with nullcontext() if server_address(config.database_url) else alone(config):
        migrate_database(config)
        database = open_database(config.database_url, offer_chunks(config))
        pool = RenderPool(
            render_document, render_preview, warm_up, config.render_processes, config.render_seconds
        )
        try:
            yield _join(config, database, pool)
        finally:
            pool.close()
            database.close()


def _join(config: Config, database: SqlDatabase, pool: RenderPool) -> Service:
    clock = SystemClock()
    shared = server_address(config.database_url) is not None
    store = FolderDocuments(config.documents_dir, abandoned=ABANDONED if shared else 0.0)
    source = OwnOrders(database, read_order)
    identifiers = CheckDigits()
    check_settings = CheckSettings(identifiers)
    fetch_logo = FetchLogoByHttps() if config.logo_urls == "on" else refuse_logo_url
    make_documents = MakeDocuments(database, pool, store)
    changes = database.changes or LocalChanges()
    job_limits = JobLimits(config.max_running_jobs, config.max_waiting_orders)
    engine = choose_engine(
        config,
        database,
        clock,
        WorkOnChunk(
            database,
            clock,
            PlanJob(database, clock, source, config.chunk_size, job_limits),
            ProcessChunk(
                database,
                clock,
                source,
                identifiers,
                check_fonts,
                IssueInvoices(database, clock),
                make_documents,
            ),
            changes.changed,
        ),
    )
    create_job = CreateJob(
        database,
        clock,
        new_id,
        engine.wake,
        config.max_job_orders,
        config.chunk_size,
        job_limits,
    )
    scheduler = Scheduler(RunSchedules(database, clock, create_job), clock)
    use_cases = UseCases(
        create_job=create_job,
        read_job=ReadJob(database),
        list_jobs=ListJobs(database),
        watch_job=WatchJob(database),
        follow_changes=changes.follow,
        cancel_job=CancelJob(database, clock, changes.changed),
        retry_job=RetryJob(database, create_job),
        import_orders=ImportOrders(database, read_order, config.max_order_bytes),
        read_order=ReadOrderRecord(database),
        list_orders=ListOrders(database),
        read_invoice=ReadInvoice(database),
        list_invoices=ListInvoices(database),
        download_invoice=DownloadInvoice(database, store),
        cancel_invoice=CancelInvoice(database, clock, make_documents),
        preview_invoice=PreviewInvoice(
            database,
            source,
            read_order,
            _previews(clock, identifiers, pool),
            config.max_order_bytes,
        ),
        read_settings=ReadSettings(database),
        check_settings=check_settings,
        update_settings=UpdateSettings(
            database, clock, new_id, check_settings, fetch_logo, prepare_logo, scheduler.wake
        ),
        list_schedules=ListSchedules(database, clock),
    )
    purge = Purge(database, clock, store, retention_of(config))
    housekeeping = Housekeeping(purge.if_due, lambda _: store.remove_abandoned(FORGOTTEN))
    return Service(use_cases, engine, scheduler, housekeeping)


def retention_of(config: Config) -> Retention:
    """Gives how long things are kept."""
    return Retention(config.keep_jobs_days, config.keep_orders_days, config.keep_invoices_years)


def _previews(clock: Clock, identifiers: Identifiers, renderer: Renderer) -> RenderPreview:
    return RenderPreview(
        clock, identifiers, check_fonts, renderer, lambda tag: labels_for(tag).preview
    )


def render_files() -> RenderFiles:
    """Joins what renders previews of files: nothing runs behind it and nothing is kept."""
    clock, identifiers = SystemClock(), CheckDigits()
    check_settings = CheckSettings(identifiers)
    renderer = RenderPool(render_document, render_preview, warm_up, processes=0)
    return RenderFiles(
        lambda text: read_settings_json(text, check_settings),
        TakeLogos(clock, refuse_logo_url, prepare_logo),
        read_order,
        _previews(clock, identifiers, renderer),
    )


def serve(config: Config) -> None:
    """Serves until SIGTERM or SIGINT, then ends in order.

    First no new calls and chunks, then grace for those that run, then the files are closed.
    """
    with open_service(config) as service:
        executor = ThreadPoolExecutor(config.grpc_threads, thread_name_prefix="rpc")
        try:
            asyncio.run(_serve(config, service, executor))
        finally:
            # Calls had their grace; what still runs for nobody is not waited for.
            executor.shutdown(wait=False, cancel_futures=True)


async def _serve(config: Config, service: Service, executor: ThreadPoolExecutor) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    limits = Limits(
        receive_bytes=config.grpc_max_message_bytes,
        send_bytes=config.grpc_max_message_bytes,
        concurrent_calls=config.grpc_max_calls,
        watches=config.grpc_max_watches,
    )
    server = GrpcServer(service.use_cases, executor, limits=limits)
    service.engine.start()
    service.scheduler.start()
    service.housekeeping.start()
    await server.start(config.grpc_host, config.grpc_port)
    await stop.wait()
    log.info("stopping: running calls and steps have %d seconds to end", config.stop_grace)
    # First: what it starts now would only have to wait for the next start.
    await asyncio.to_thread(service.scheduler.stop, config.stop_grace)
    await asyncio.to_thread(service.housekeeping.stop, config.stop_grace)
    finished, _ = await asyncio.gather(
        asyncio.to_thread(service.engine.stop, config.stop_grace), server.stop(config.stop_grace)
    )
    if not finished:
        log.warning("some steps of jobs were not finished; the next start takes them up again")
