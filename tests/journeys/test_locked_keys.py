"""A key with a pass phrase ends the start with a sentence: nobody is asked at the terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.certificates import Authority, lock
from tests.journeys.service import ROOT

#: Runs a module in a session whose terminal is the one that is named first.
_AT_TERMINAL = """
import os, runpy, sys
os.open(sys.argv.pop(1), os.O_RDWR)
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("module", "door"),
    [(("gateway",), "REST"), (("server", "serve"), "GRPC")],
    ids=["REST", "gRPC"],
)
def test_nobody_is_asked_for_a_pass_phrase(
    tmp_path: Path, module: tuple[str, ...], door: str
) -> None:
    certificate, key = Authority(tmp_path).issue("localhost")
    lock(key)
    terminal, ours = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _AT_TERMINAL, os.ttyname(ours), *module],
            cwd=ROOT,
            env=os.environ
            | {
                "INVOICEJOBS_DATA_DIR": str(tmp_path / "data"),
                "INVOICEJOBS_WORK_PROCESSES": "1",
                "INVOICEJOBS_GRPC_PORT": "0",
                "INVOICEJOBS_REST_PORT": "0",
                f"INVOICEJOBS_{door}_TLS_CERTIFICATE": str(certificate),
                f"INVOICEJOBS_{door}_TLS_KEY": str(key),
            },
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(terminal)
        os.close(ours)
    assert done.returncode == 1
    assert "without pass phrase" in done.stdout + done.stderr
