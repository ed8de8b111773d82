"""Chunks are worked on in other processes, and whoever waits for one learns what became of it."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from server.domain.errors import Interrupted, Unavailable
from server.domain.job import Chunk, ChunkKind
from server.domain.origin import Origin
from server.domain.tenant import Tenant
from server.work.chunk_processes import ChunkProcesses
from tests.fakes.outside import nothing


def chunk(what):
    return Chunk(what, Tenant("acme"), 0, ChunkKind.ORDERS, 0, 1, "me", 1, Origin())


def work(given):
    """Does what a chunk's job says, and gives the process that did it."""
    what, _, folder = given.job_id.partition(" ")
    if folder:
        Path(folder, what).touch()
    if what == "DIES":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "HANGS":
        threading.Event().wait()
    if what == "FAILS":
        raise ZeroDivisionError
    return os.getpid()


def fail():
    raise MemoryError


def hanging(processes, threads, folder):
    """Lets a process work on a chunk that never ends."""
    late = threads.submit(processes, chunk(f"HANGS {folder}"))
    while not (Path(folder, "HANGS").exists() or late.done()):
        pass
    return late


def is_running(pid):
    """Tells whether a process has neither ended nor been buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_same_process_works_while_it_is_the_only_one_needed():
    with closing(ChunkProcesses(nothing, work, 2)) as processes:
        processes.start()
        pids = {processes(chunk("one")) for _ in range(4)}
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_another_process_works_while_one_is_busy(tmp_path):
    processes = ChunkProcesses(nothing, work, 2)
    with ThreadPoolExecutor() as threads:
        late = hanging(processes, threads, tmp_path)
        assert processes(chunk("one"))
        processes.close()
        with pytest.raises(Unavailable):
            late.result()


def test_a_chunk_that_ends_its_process_is_interrupted_and_takes_nobody_with_it(tmp_path):
    processes = ChunkProcesses(nothing, work, 2)
    with ThreadPoolExecutor() as threads:
        late = hanging(processes, threads, tmp_path)
        with pytest.raises(Interrupted):
            processes(chunk("DIES"))
        assert processes(chunk("one"))
        assert not late.done()
        processes.close()


def test_a_chunk_is_not_blamed_for_a_process_that_ended_before_it_came():
    with closing(ChunkProcesses(nothing, work, 1)) as processes:
        pid = processes(chunk("one"))
        os.kill(pid, signal.SIGKILL)
        while is_running(pid):
            pass
        try:
            assert processes(chunk("two")) != pid
        except Interrupted:
            # Nobody had noticed its end yet; the next one finds another process all the same.
            assert processes(chunk("three")) != pid


def test_what_the_work_raises_is_raised_here():
    with closing(ChunkProcesses(nothing, work, 1)) as processes:
        with pytest.raises(ZeroDivisionError):
            processes(chunk("FAILS"))
        assert processes(chunk("one"))


def test_processes_that_cannot_start_make_the_work_wait():
    with closing(ChunkProcesses(fail, work, 1)) as processes:
        for _ in range(2):
            with pytest.raises(Unavailable, match="could not start"):
                processes(chunk("one"))


def test_what_opens_a_process_runs_once_in_it(tmp_path):
    with closing(ChunkProcesses(partial(note, tmp_path), work, 1)) as processes:
        pids = [processes(chunk("one")) for _ in range(3)]
    assert [path.name for path in tmp_path.iterdir()] == [str(pids[0])]


def note(folder):
    """Notes which process it runs in."""
    Path(folder, str(os.getpid())).touch()


def test_nobody_works_after_the_end():
    processes = ChunkProcesses(nothing, work, 1)
    processes.close()
    with pytest.raises(Unavailable):
        processes(chunk("one"))


def test_a_process_for_chunks_loads_nothing_that_only_servers_need():
    loaded = "import server.wiring.chunk_process, sys; print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", loaded], text=True).split()
    assert "server.storage" in modules
    assert not {"grpc", "alembic", "jwt", "aiohttp"} & set(modules)
