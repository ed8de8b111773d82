"""A service of its own for each journey."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A started server with one render process, which starts sooner than many."""
    service = Service(tmp_path, INVOICEJOBS_WORK_PROCESSES="1")
    service.start()
    yield service
    service.stop()
