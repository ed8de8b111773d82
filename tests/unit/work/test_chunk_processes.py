"""Chunks are worked on in other processes, and whoever waits for one learns what became of it."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from server.domain.errors import Interrupted, Unavailable
from server.domain.job import Chunk, ChunkKind
from server.domain.origin import Origin
from server.domain.tenant import Tenant
from server.work.chunk_processes import ChunkProcesses
from tests.fakes.outside import nothing
from tests.torture.plant import work_processes


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


def test_processes_end_with_the_one_that_they_are_forked_from(tmp_path):
    """Nobody else would end them: to us they are gone already, and others do their chunks."""
    processes = ChunkProcesses(nothing, work, 1)
    with ThreadPoolExecutor() as threads, closing(processes):
        late = hanging(processes, threads, tmp_path)
        forking, *working = work_processes(os.getpid())
        os.kill(forking, signal.SIGKILL)
        with pytest.raises(Interrupted):
            late.result()
        while is_running(forking):
            pass
        assert processes(chunk("one"))
    end = time.monotonic() + 60
    while any(is_running(process) for process in working):
        assert time.monotonic() < end, "they work for ever"


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


@contextmanager
def no_more_files():
    """Lets nothing be opened while the block lasts, no pipe to a process either."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_where_no_process_can_be_made_the_work_waits_until_one_can():
    with closing(ChunkProcesses(nothing, work, 1)) as processes:
        with no_more_files():
            processes.start()
            with pytest.raises(Unavailable, match="could not start"):
                processes(chunk("one"))
        assert processes(chunk("one"))


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


def test_what_is_loaded_ahead_can_be_forked():
    # Threads are not forked, and whoever shares an open file or connection disturbs the others.
    script = (
        "import os, sys, threading, server.wiring.loaded_ahead, server.work.procrastinate_engine\n"
        "print(threading.active_count(), len(os.listdir('/proc/self/fd')), *sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], text=True, stdout=-1, check=True)
    threads, files, *modules = run.stdout.split()
    assert threads == "1"
    assert files == "4", "the three that all have, and the folder that is listed"
    assert "server.wiring.chunk_process" in modules
    assert "grpc" not in modules


AHEAD = """
import os, signal, sys
from contextlib import closing
from multiprocessing import forkserver
from server.work.lone_process import LoneProcess
from server.work.processes import load_ahead
from tests.fakes.outside import nothing

os.setpgid(0, 0)
load_ahead("server.wiring.loaded_ahead", at_once=True)
with closing(LoneProcess(nothing)) as process:
    pid = process.run(os.getpid)
    print(process.run(eval, "'server.wiring.chunk_process' in __import__('sys').modules"))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    print(process.run(os.getpid) == pid)
while os.path.exists(f"/proc/{pid}"):
    pass
print("ended")
"""


def test_processes_have_what_was_loaded_ahead_and_end_when_we_say_so():
    command = [sys.executable, "-c", AHEAD]
    run = subprocess.run(command, text=True, stdout=-1, check=True, timeout=60)
    assert run.stdout.split() == ["True", "True", "ended"]


def test_a_process_whose_parent_ends_while_it_starts_leaves_a_line_and_no_trace():
    script = "import server.wiring.loaded_ahead; raise FileNotFoundError('gone')"
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, text=True, stderr=-1, check=False, timeout=60)
    assert run.stderr == "a process that works on jobs did not start: FileNotFoundError: gone\n"
