"""Opens the gRPC door to the inside, and closes both in order."""

from __future__ import annotations

import asyncio
import logging
import signal

from server.config import Config
from server.observing.calls import tell_tenant
from server.rpc.authentication import Authentication
from server.rpc.links import link_check
from server.rpc.overload import OverloadGuard
from server.rpc.serving import GrpcServer
from server.rpc.threads import Threads
from server.wiring.door import door_certificates, door_limits
from server.wiring.inside import Service, open_service
from server.wiring.observing import Observer, observing

log = logging.getLogger(__name__)


def serve(config: Config) -> None:
    """Serves until SIGTERM or SIGINT, then ends in order.

    First no new calls and chunks, then grace for those that run, then the files are closed.
    """
    with (
        observing(config, "invoicejobs-server", tells_of_queue=True) as observer,
        open_service(config, observer) as service,
    ):
        threads = Threads(config.grpc_threads)
        try:
            asyncio.run(_serve(config, service, threads, observer))
        finally:
            # Calls had their grace; what still runs for nobody is not waited for.
            threads.close()


async def _serve(config: Config, service: Service, threads: Threads, observer: Observer) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # Before anything runs: a wrong file is told at once.
    certificates = door_certificates(config)
    server = GrpcServer(
        service.use_cases,
        threads,
        limits=door_limits(config),
        authentication=Authentication(service.verifier, link_check(service.use_cases.check_link)),
        interceptors=[OverloadGuard(observer.refused()), observer.calls()],
        see=tell_tenant,
        embedded=service.embedded,
    )
    service.start()
    await server.start(config.grpc_host, config.grpc_port, certificates)
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
