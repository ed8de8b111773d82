"""Jobs that many clients create at the same time are written together, and none of them is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from tests.journeys.service import Service

CLIENTS = 24
#: Jobs that were answered before the server is killed.
ANSWERED = 120


def test_a_job_that_was_answered_is_there_after_the_server_was_killed(tmp_path: Path) -> None:
    service = Service(tmp_path, INVOICEJOBS_MAX_RUNNING_JOBS="100000")
    service.start()
    try:
        service.save_settings("acme")
        answered = _create_until_killed(service)
        assert len(answered) >= ANSWERED
        service.start()
        for request_id, job_id in answered.items():
            service.wait("acme", job_id)
            # The request's own job, and not one more.
            assert service.create_job("acme", [request_id], request_id) == job_id
    finally:
        service.stop()


def _create_until_killed(service: Service) -> dict[str, str]:
    """Gives the id of each job that was answered, by its request's."""
    answered: dict[str, str] = {}
    enough = threading.Event()

    def client(number: int) -> None:
        turn = 0
        while True:
            turn += 1
            request_id = f"{number}-{turn}"
            try:
                answered[request_id] = service.create_job("acme", [request_id], request_id)
            except (grpc.RpcError, AssertionError, ValueError):
                return  # the server was killed, and the channel to it closed
            if len(answered) >= ANSWERED:
                enough.set()

    with ThreadPoolExecutor(CLIENTS) as clients:
        running = [clients.submit(client, number) for number in range(CLIENTS)]
        assert enough.wait(60), service.log()
        service.kill()
        for each in running:
            each.result()
    return answered
