"""Joins everything behind the doors: storage, sources, use cases and who does the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from process.collecting import spare_what_is_loaded
from server.access.tokens import TokenVerifier
from server.config import Config
from server.data_folder import alone
from server.documents.folder import FolderDocuments
from server.engines import choose_engine, migrate_database, offer_chunks
from server.identifiers.check_digits import CheckDigits
from server.ports import Engine
from server.rendering import render_document, render_preview
from server.rendering.logos import prepare_logo
from server.service.cancel_invoice import CancelInvoice
from server.service.cancel_job import CancelJob
from server.service.create_job import CreateJob
from server.service.download_invoice import DownloadInvoice
from server.service.import_orders import ImportOrders
from server.service.job_limits import JobLimits
from server.service.job_loads import JobLoads
from server.service.list_schedules import ListSchedules
from server.service.make_documents import MakeDocuments
from server.service.plan_job import PlanJob
from server.service.preview_invoice import PreviewInvoice
from server.service.purge import Purge, Retention
from server.service.read_invoice import ListInvoices, ReadInvoice
from server.service.read_job import ListJobs, ReadJob
from server.service.read_order import ListOrders, ReadOrderRecord
from server.service.retry_job import RetryJob
from server.service.run_schedules import RunSchedules
from server.service.settings import CheckSettings, ReadSettings, UpdateSettings
from server.service.signing_keys import SharedKeys
from server.service.use_cases import UseCases
from server.service.watch_job import WatchJob
from server.service.work_on_chunk import WorkOnChunk
from server.sources.logo_url import FetchLogoByHttps, refuse_logo_url
from server.sources.own_orders import OwnOrders
from server.sources.read_order import read_order
from server.storage import SqlDatabase, open_database, server_address
from server.wiring.access import join_issuer, join_verifier
from server.wiring.chunk_process import Report, open_inside, work_on
from server.wiring.clock import SystemClock, new_id
from server.wiring.drawing import NEW_OBJECTS, get_ready_to_draw
from server.wiring.links import join_links
from server.wiring.observing import Observer, as_schedule, new_observer
from server.wiring.previews import join_previews
from server.work.chunk_processes import ChunkProcesses
from server.work.housekeeping import Housekeeping
from server.work.local_changes import LocalChanges
from server.work.render_pool import RenderPool
from server.work.scheduler import Scheduler

#: Seconds after which no process still writes at a document that is not in place.
ABANDONED = 60.0
#: The same while all run: no process is so slow that it still writes at a document then.
FORGOTTEN = 600.0


@dataclass(frozen=True, slots=True)
class Service:
    """The running inside: what clients can ask for, and who does the work."""

    use_cases: UseCases
    processes: ChunkProcesses[Report]
    engine: Engine
    scheduler: Scheduler
    housekeeping: Housekeeping
    #: Checks tokens; None where nobody needs one.
    verifier: TokenVerifier | None
    #: Whether the database is in this process.
    embedded: bool

    def start(self) -> None:
        """Begins to work, and to do what is due now and then."""
        self.start_work()
        self.scheduler.start()
        self.housekeeping.start()

    def start_work(self) -> None:
        """Begins to work on jobs: all that a worker process does."""
        self.processes.start()
        spare_what_is_loaded(NEW_OBJECTS)
        self.engine.start()


@contextmanager
def open_service(config: Config, observer: Observer | None = None) -> Iterator[Service]:
    """Opens everything behind the doors; the engine is not started yet.

    Raises Unavailable when another process uses the data folder, or it cannot be used.
    """
    # A PostgreSQL server has any number of clients; an SQLite file has one engine.
    with nullcontext() if server_address(config.database_url) else alone(config):
        migrate_database(config)
        database = open_database(config.database_url, offer_chunks(config))
        # Draws credit notes and previews; the processes of jobs draw by themselves.
        pool = RenderPool(
            render_document, render_preview, get_ready_to_draw, 1, config.render_seconds
        )
        # One more than works on jobs: it starts those that nobody has begun.
        count = config.work_processes + 1 if config.work_processes else 0
        processes = ChunkProcesses(partial(open_inside, config), work_on, count)
        try:
            yield _join(config, database, pool, processes, observer or new_observer())
        finally:
            processes.close()
            pool.close()
            database.close()


def _join(
    config: Config,
    opened: SqlDatabase,
    pool: RenderPool,
    processes: ChunkProcesses[Report],
    observer: Observer,
) -> Service:
    clock = SystemClock()
    database = observer.database(opened, clock)
    signing_keys = SharedKeys(database, clock)
    sign_links, check_link = join_links(config, clock, signing_keys)
    shared = server_address(config.database_url) is not None
    store = FolderDocuments(config.documents_dir, abandoned=ABANDONED if shared else 0.0)
    source = OwnOrders(database, read_order)
    identifiers = CheckDigits()
    check_settings = CheckSettings(identifiers)
    fetch_logo = FetchLogoByHttps() if config.logo_urls == "on" else refuse_logo_url
    make_documents = MakeDocuments(database, pool, store)
    changes = opened.changes or LocalChanges()
    job_limits = JobLimits(config.max_running_jobs, config.max_waiting_orders)
    # The data folder's lock sees to it that no other process adds jobs to an SQLite file.
    loads = JobLoads(alone=not shared)
    plan_job = PlanJob(database, clock, source, config.chunk_size, job_limits, loads)
    engine = choose_engine(
        config,
        database,
        clock,
        observer.work(
            WorkOnChunk(
                database,
                clock,
                observer.plan(plan_job),
                observer.reported(processes),
                changes.changed,
            )
        ),
    )
    observer.connections(opened, engine)
    create_job = CreateJob(
        database,
        clock,
        new_id,
        engine.wake,
        config.max_job_orders,
        config.chunk_size,
        job_limits,
        loads,
    )
    scheduler = Scheduler(as_schedule(RunSchedules(database, clock, create_job)), clock)
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
        download_invoice=DownloadInvoice(database, store, clock),
        cancel_invoice=CancelInvoice(database, clock, make_documents),
        preview_invoice=PreviewInvoice(
            database,
            source,
            read_order,
            join_previews(clock, identifiers, pool),
            config.max_order_bytes,
        ),
        read_settings=ReadSettings(database),
        check_settings=check_settings,
        update_settings=UpdateSettings(
            database, clock, new_id, check_settings, fetch_logo, prepare_logo, scheduler.wake
        ),
        list_schedules=ListSchedules(database, clock),
        issue_token=join_issuer(config, database, clock, signing_keys),
        sign_links=sign_links,
        check_link=check_link,
    )
    purge = Purge(database, clock, store, retention_of(config))
    housekeeping = Housekeeping(purge.if_due, lambda _: store.remove_abandoned(FORGOTTEN))
    verifier = join_verifier(config, signing_keys)
    return Service(
        use_cases, processes, engine, scheduler, housekeeping, verifier, embedded=not shared
    )


def retention_of(config: Config) -> Retention:
    """Gives how long things are kept."""
    return Retention(config.keep_jobs_days, config.keep_orders_days, config.keep_invoices_years)
