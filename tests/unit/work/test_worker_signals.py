"""A worker ends when it is asked to, whichever of its threads the signal meets."""

import subprocess
import sys
from pathlib import Path

import pytest

#: The engine of this worker sends the signal to a thread of its own, once the main one waits.
WORKER = """
import signal, sys, threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from server import worker

main = Path(f"/proc/self/task/{threading.main_thread().native_id}/stat")

def end():
    while main.read_text().rpartition(")")[2].split()[0] != "S":
        pass
    signal.pthread_kill(threading.get_ident(), signal.Signals[sys.argv[1]])

@contextmanager
def opened(config, observer):
    start = threading.Thread(target=end, daemon=True).start
    yield SimpleNamespace(start_work=start, engine=SimpleNamespace(stop=lambda grace: True))

worker.observing = lambda *_, **__: nullcontext()
worker.open_service = opened
worker.work(SimpleNamespace(database_url="postgresql://h/d", work_processes=1, stop_grace=1))
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_that_another_thread_gets_ends_it(name):
    ended = subprocess.run(
        [sys.executable, "-c", WORKER, name],
        cwd=Path(__file__).parents[3],
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0
