"""Connections never use up the files that a process may have open."""

import subprocess
import sys

import pytest

import gateway.serving
import server.wiring.door

SCRIPT = """
import logging, resource, sys
from process.open_files import fit_connections
logging.basicConfig(stream=sys.stdout, format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 500))
fitting = fit_connections({most}, "INVOICEJOBS_DOOR", {kept_free})
print(fitting, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def run(kept_free, most):
    script = SCRIPT.format(kept_free=kept_free, most=most)
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("kept_free", [gateway.serving.KEPT_FREE, server.wiring.door.KEPT_FREE])
def test_the_limit_is_raised_and_connections_fitted_to_it_in_so_many_words(kept_free):
    said, given = run(kept_free, 4000)
    most, soft, hard = map(int, given.split())
    assert (soft, hard) == (500, 500)
    assert 0 < most < 500
    assert said.startswith(f"{most} connections at most, not the 4000 of INVOICEJOBS_")
    assert "LimitNOFILE" in said


@pytest.mark.parametrize("kept_free", [gateway.serving.KEPT_FREE, server.wiring.door.KEPT_FREE])
def test_where_all_fit_nothing_is_said(kept_free):
    assert run(kept_free, 100) == ["100 500 500"]
