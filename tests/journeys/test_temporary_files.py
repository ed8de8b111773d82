"""Nothing of a server that was killed stays in TMPDIR, and nothing of one that lives is removed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.journeys.service import Service, small_orders


@pytest.fixture
def temporary():
    """Gives a folder with a short name: a socket's path has room for a hundred bytes."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def open_service(tmp_path, temporary):
    """Opens services that keep their temporary files in the same folder."""
    opened: list[Service] = []

    def open_service(name: str) -> Service:
        folder = tmp_path / name
        folder.mkdir()
        service = Service(folder, TMPDIR=str(temporary), INVOICEJOBS_WORK_PROCESSES="1")
        opened.append(service)
        service.start()
        return service

    yield open_service
    for service in opened:
        service.stop()


def invoice(service: Service, order: str) -> None:
    service.save_settings("acme")
    service.import_orders("acme", small_orders([order]))
    job_id = service.create_job("acme", [order])
    service.wait("acme", job_id)
    assert service.job("acme", job_id).success_count == 1


def test_the_next_start_removes_what_a_killed_server_left_and_the_last_to_end_leaves_nothing(
    open_service, temporary
):
    killed, living = open_service("killed"), open_service("living")
    assert len(list(temporary.iterdir())) == 2
    killed.kill()
    (temporary / "pymp-of-somebody-else").mkdir()
    killed.start()
    assert len(list(temporary.iterdir())) == 3
    # Both can still ask for processes.
    invoice(killed, "A")
    invoice(living, "A")
    assert (killed.stop(), living.stop()) == (0, 0)
    assert [left.name for left in temporary.iterdir()] == ["pymp-of-somebody-else"]
