"""Connections never use up the files that a process may have open."""

import subprocess
import sys

import pytest

SCRIPT = """
import logging, resource, sys
from {module} import fit_connections
logging.basicConfig(stream=sys.stdout, format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 500))
print(fit_connections({most}), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def run(module, most):
    script = SCRIPT.format(module=module, most=most)
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("door", ["gateway.open_files", "server.rpc.open_files"])
def test_the_limit_is_raised_and_connections_fitted_to_it_in_so_many_words(door):
    said, given = run(door, 4000)
    most, soft, hard = map(int, given.split())
    assert (soft, hard) == (500, 500)
    assert 0 < most < 500
    assert said.startswith(f"{most} connections at most, not the 4000 of INVOICEJOBS_")
    assert "LimitNOFILE" in said


@pytest.mark.parametrize("door", ["gateway.open_files", "server.rpc.open_files"])
def test_where_all_fit_nothing_is_said(door):
    assert run(door, 100) == ["100 500 500"]
