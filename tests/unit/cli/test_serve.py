"""`invoicejobs serve` and `invoicejobs demo` as a user starts and stops them: real processes."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from gateway.cli.processes import Addresses, Service
from gateway.cli.serve import stop_on_signals, watch

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def service(tmp_path):
    """A service that said it is ready, and where it listens for REST."""
    process = start(
        *("serve", "--grpc-port", "0", "--rest-port", "0"),
        INVOICEJOBS_DATA_DIR=str(tmp_path / "data"),
        INVOICEJOBS_WORK_PROCESSES="1",
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if url := re.search(r"REST +(\S+)", line):
            break
    else:
        pytest.fail("".join(said))
    # The banner ends with a line of its own.
    while "Ctrl-C" not in said[-1]:
        said.append(process.stdout.readline())
    yield process, url.group(1)
    process.kill()
    process.communicate()


def children(process):
    """Gives the ids of the server and the gateway, which were started in this order."""
    tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in tasks.split()]


def wait_until_gone(pids):
    """Waits on the kernel's word, not on a clock, until processes that are not ours have ended."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            ended, _, _ = select.select([descriptor], [], [], 60)
            os.close(descriptor)
            assert ended, pid


def test_both_doors_are_open_when_the_banner_says_so(service):
    _, url = service
    for path in ("/readyz", "/docs"):
        with urllib.request.urlopen(url + path, timeout=30) as response:
            assert response.status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_both_and_the_exit_code_is_0(service, number):
    process, _ = service
    pids = children(process)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Stopping: the gateway first" in said
    wait_until_gone(pids)


class Busy(Service):
    """A service whose stop takes until it is killed."""

    def __init__(self):
        super().__init__(Addresses("127.0.0.1", 1, "127.0.0.1", 2))
        self.killed = threading.Lock()
        self.killed.acquire()

    def check(self):
        pass

    def stop(self):
        # As a wait for a process: no handler of Python's runs in the main thread meanwhile.
        self.killed.acquire()
        return True

    def kill(self):
        self.killed.release()


@pytest.fixture
def _old_handlers():
    """Puts back how this process takes signals."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_old_handlers")
def test_a_second_signal_kills_also_when_another_thread_than_the_waiting_one_meets_it():
    busy = Busy()
    asked = stop_on_signals(busy)

    def meet_signals():
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        assert asked.wait(60)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    threading.Thread(target=meet_signals, daemon=True).start()
    assert watch(busy, asked)


@pytest.mark.parametrize(("index", "name"), [(0, "server"), (1, "gateway")])
def test_when_one_dies_the_other_is_stopped_and_the_exit_code_says_so(service, index, name):
    process, _ = service
    pids = children(process)
    os.kill(pids[index], signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert f"The {name} ended by itself (killed by SIGKILL)." in said
    wait_until_gone(pids)


def test_nothing_is_left_behind_when_serve_itself_is_killed(service):
    process, _ = service
    pids = children(process)
    process.kill()
    process.communicate(timeout=60)
    wait_until_gone(pids)


def test_a_port_that_is_taken_is_told_and_nothing_stays(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = start(
            *("serve", "--grpc-port", port, "--rest-port", "0"),
            INVOICEJOBS_DATA_DIR=str(tmp_path / "data"),
        )
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert port in said
    assert "Traceback" not in said


def test_the_demo_issues_all_samples_that_it_should_and_ends_well(tmp_path):
    process = start("demo", "--folder", str(tmp_path / "demo"))
    said, _ = process.communicate(timeout=110)
    assert process.returncode == 0, said
    assert "16 invoices, 32 files" in said
    assert "501.83 EUR" in said
    assert "433.72 EUR" in said
    assert "does not add up" in said
    files = list((tmp_path / "demo" / "invoices").iterdir())
    beginnings = {".pdf": b"%PDF-", ".xml": b"<?xml"}
    assert [sum(file.suffix == ending for file in files) for ending in beginnings] == [16, 16]
    assert all(file.read_bytes().startswith(beginnings[file.suffix]) for file in files)


def test_a_demo_without_samples_says_where_to_run_it(tmp_path):
    process = start("demo", "--examples", str(tmp_path), "--folder", str(tmp_path / "demo"))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Run the demo in the project's folder" in said
