"""The only place that chooses and joins parts."""

from __future__ import annotations

import asyncio
import logging
import signal
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from filelock import FileLock, Timeout

from server.config import Config
from server.documents.folder import FolderDocuments
from server.domain.errors import Unavailable
from server.identifiers.check_digits import CheckDigits
from server.ports import Clock, Identifiers, Renderer
from server.preview import RenderFiles
from server.rendering import render_document, render_preview, warm_up
from server.rendering.labels import labels_for
from server.rendering.logos import prepare_logo
from server.rendering.typography.scripts import check_fonts
from server.rpc.serving import GrpcServer, Limits
from server.rpc.settings_json import read_settings_json
from server.service.cancel_invoice import CancelInvoice
from server.service.create_job import CreateJob
from server.service.download_invoice import DownloadInvoice
from server.service.import_orders import ImportOrders
from server.service.issue_invoices import IssueInvoices
from server.service.logos import TakeLogos
from server.service.make_documents import MakeDocuments
from server.service.plan_job import PlanJob
from server.service.preview_invoice import PreviewInvoice
from server.service.process_chunk import ProcessChunk
from server.service.read_invoice import ListInvoices, ReadInvoice
from server.service.read_job import ListJobs, ReadJob
from server.service.read_order import ListOrders, ReadOrderRecord
from server.service.render_preview import RenderPreview
from server.service.settings import CheckSettings, ReadSettings, UpdateSettings
from server.service.use_cases import UseCases
from server.service.work_on_chunk import WorkOnChunk
from server.sources.logo_url import FetchLogoByHttps, refuse_logo_url
from server.sources.own_orders import OwnOrders
from server.sources.read_order import read_order
from server.storage import SqlDatabase, migrate, open_database
from server.work.local_engine import LocalEngine
from server.work.render_pool import RenderPool

log = logging.getLogger(__name__)


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
    engine: LocalEngine


@contextmanager
def open_service(config: Config) -> Iterator[Service]:
    """Opens everything behind the doors; the engine is not started yet.

    Raises Unavailable when another process uses the data folder, or it cannot be used.
    """
    with _alone(config):
        migrate(config.database_url)
        database = open_database(config.database_url)
        pool = RenderPool(render_document, render_preview, warm_up, config.render_processes)
        try:
            yield _join(config, database, pool)
        finally:
            pool.close()
            database.close()


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """Holds the data folder's lock: two engines on one folder would take each other's chunks."""
    lock = FileLock(config.data_dir / "server.lock")
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise Unavailable(
            f"Another server uses the data folder {config.data_dir}. Stop it, or set "
            "INVOICEJOBS_DATA_DIR to another folder.",
            reason="DATA_FOLDER_IN_USE",
        ) from None
    except OSError as error:
        raise Unavailable(
            f"The data folder {config.data_dir} cannot be used: {error.strerror}. Set "
            "INVOICEJOBS_DATA_DIR to a folder that can be written to.",
            reason="DATA_FOLDER_UNUSABLE",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _join(config: Config, database: SqlDatabase, pool: RenderPool) -> Service:
    clock = SystemClock()
    store = FolderDocuments(config.documents_dir)
    source = OwnOrders(database, read_order)
    identifiers = CheckDigits()
    check_settings = CheckSettings(identifiers)
    fetch_logo = FetchLogoByHttps() if config.logo_urls == "on" else refuse_logo_url
    make_documents = MakeDocuments(database, pool, store)
    engine = LocalEngine(
        database,
        clock,
        WorkOnChunk(
            database,
            clock,
            PlanJob(database, clock, source, config.chunk_size),
            ProcessChunk(
                database,
                clock,
                source,
                identifiers,
                check_fonts,
                IssueInvoices(database, clock),
                make_documents,
            ),
        ),
        threads=config.worker_threads,
        window=config.job_window,
    )
    use_cases = UseCases(
        create_job=CreateJob(
            database, clock, new_id, engine.wake, config.max_job_orders, config.chunk_size
        ),
        read_job=ReadJob(database),
        list_jobs=ListJobs(database),
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
            database, clock, new_id, check_settings, fetch_logo, prepare_logo
        ),
    )
    return Service(use_cases, engine)


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
    with (
        open_service(config) as service,
        ThreadPoolExecutor(config.grpc_threads, thread_name_prefix="rpc") as executor,
    ):
        asyncio.run(_serve(config, service, executor))


async def _serve(config: Config, service: Service, executor: ThreadPoolExecutor) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    limits = Limits(
        receive_bytes=config.grpc_max_message_bytes,
        send_bytes=config.grpc_max_message_bytes,
        concurrent_calls=config.grpc_max_calls,
    )
    server = GrpcServer(service.use_cases, executor, limits=limits)
    service.engine.start()
    await server.start(config.grpc_host, config.grpc_port)
    await stop.wait()
    log.info("stopping: running calls and steps have %d seconds to end", config.stop_grace)
    finished, _ = await asyncio.gather(
        asyncio.to_thread(service.engine.stop, config.stop_grace), server.stop(config.stop_grace)
    )
    if not finished:
        log.warning("some steps of jobs were not finished; the next start takes them up again")
