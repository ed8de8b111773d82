"""The README's examples run as they are pasted, and its table of settings is the real one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import VARIABLES as GATEWAY_VARIABLES
from server.config import VARIABLES as SERVER_VARIABLES
from tests.journeys.service import ROOT, Service

README = (ROOT / "README.md").read_text()


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def pasted(service: Service, tmp_path: Path):
    """Runs pasted text as the README's reader would, against a service on ports of its own."""
    service.start_gateway()
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "INVOICEJOBS_GRPC_TARGET": service.target,
    }

    def run(text: str, *command: str) -> str:
        text = text.replace("http://127.0.0.1:8080", service.rest)
        text = text.replace("127.0.0.1:50051", service.target)
        # The reader is in an environment that is active already, and so is the test.
        text = text.replace(". .venv/bin/activate\n", "").replace("var/", f"{tmp_path}/")
        done = subprocess.run(
            [*command, text],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}\n{service.log()}"
        return done.stdout

    return run


def test_the_walk_by_hand_runs_as_it_is_pasted(pasted) -> None:
    shell = "\n".join(_blocks("sh"))
    (python,) = _blocks("python")
    printed = pasted(shell, "bash", "-euc")
    assert '"orderStatus": "SUCCESS"' in printed
    assert "The order does not add up" in printed
    assert "invoicejobs.v1.InvoiceJobs" in printed
    assert '"code":"400"' in printed
    assert re.search(r"NH-10435 \S+ \d+ bytes", pasted(python, sys.executable, "-c"))


def test_the_table_of_settings_is_the_one_in_the_code() -> None:
    rows = dict(re.findall(r"^\| `((?:INVOICEJOBS|OTEL)_\w+)` \| (.*) \|$", README, re.MULTILINE))
    told = {
        v.name: f"{f'`{v.default}`' if v.default else ''} | {v.doc}"
        for v in (*GATEWAY_VARIABLES, *SERVER_VARIABLES)
    }
    assert rows == told
