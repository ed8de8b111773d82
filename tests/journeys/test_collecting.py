"""Server and gateway spare the garbage collector what they have loaded, each in its measure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gateway.__main__
import server.wiring.drawing
from tests.journeys.service import ROOT, Service

#: Runs a process of ours, and tells at its end how its memory is looked through.
TELLING = """
import atexit, gc, runpy, sys
del sys.argv[0]
atexit.register(lambda: print(sys.argv[0], gc.get_threshold()[0], gc.get_freeze_count() > 10_000))
runpy.run_module("{module}", run_name="__main__")
"""


class Telling(Service):
    """The service, whose processes tell at their end how their memory is looked through."""

    def run(self, *module: str, **settings: str) -> subprocess.Popen[bytes]:
        """Starts a process."""
        name, *arguments = module
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", TELLING.format(module=name), name, *arguments],
                cwd=ROOT,
                env=self._environment | settings,
                stdout=log,
                stderr=log,
            )


def test_server_and_gateway_spare_what_they_loaded(tmp_path: Path) -> None:
    service = Telling(tmp_path, INVOICEJOBS_WORK_PROCESSES="1")
    service.start()
    service.start_gateway()
    assert service.stop() == 0
    told = service.log().splitlines()
    assert f"server {server.wiring.drawing.NEW_OBJECTS} True" in told
    assert f"gateway {gateway.__main__.NEW_OBJECTS} True" in told
