"""The service that is harmed: its processes, its disks, its database and the way to that."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from tests.journeys.service import START, Service
from tests.postgres import PostgresServer
from tests.torture.disk import Disk
from tests.torture.proxy import Proxy

WORKERS = 2
#: Seconds between two looks at what is waited for: looking must not take the cores away.
LOOK = 0.01

#: A chunk and who holds it.
Held = tuple[int, int, str]


class Plant:
    """A server, on PostgreSQL also workers beside it; what ends is started again."""

    def __init__(self, folder: Path, postgres: PostgresServer | None, *, disks: bool) -> None:
        """Opens disks in the folder, and on PostgreSQL a proxy to an empty database."""
        self._postgres = postgres
        self.proxy = Proxy(postgres.folder / ".s.PGSQL.5432") if postgres else None
        self.documents_disk = Disk(folder / "documents") if disks else None
        self.database_disk = Disk(folder / "data") if disks and not postgres else None
        # With a short name: a socket's path has room for a hundred bytes.
        self._temporary = tempfile.TemporaryDirectory(prefix="torture-")
        settings = {
            "TMPDIR": self._temporary.name,
            "INVOICEJOBS_DOCUMENTS_DIR": str(folder / "documents"),
            # On PostgreSQL the server works, too, so that chunks are lost when it dies.
            "INVOICEJOBS_WORK_PROCESSES": "1",
            # Small chunks: more moments to be hit in.
            "INVOICEJOBS_CHUNK_SIZE": "4",
        }
        if self.proxy:
            settings["INVOICEJOBS_DATABASE_URL"] = (
                f"postgresql://postgres@127.0.0.1:{self.proxy.port}/torture"
            )
        self.service = Service(folder, **settings)
        self.documents = folder / "documents"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._connection: psycopg.Connection[Any] | None = None

    def start(self) -> None:
        """Starts all processes."""
        self.service.start()
        if self._postgres:
            self.workers = [self._start_worker() for _ in range(WORKERS)]

    @property
    def processes(self) -> list[subprocess.Popen[bytes]]:
        """Lists the server and the workers."""
        assert self.service.server
        return [self.service.server, *self.workers]

    @property
    def temporary_files(self) -> list[str]:
        """Lists what is in the folder that is given to all processes for such files."""
        return [path.name for path in Path(self._temporary.name).iterdir()]

    def mend(self) -> list[int]:
        """Starts what has ended once more, and gives the codes that it ended with."""
        codes = []
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                codes.append(worker.wait())
                self.workers[number] = self._start_worker()
        assert self.service.server
        if self.service.server.poll() is not None:
            codes.append(self.service.server.wait())
            self.service.kill()  # closes what led to it
            self.service.start()
        return codes

    def close(self) -> list[int]:
        """Asks all processes to end and gives the codes that they ended with."""
        processes = self.processes
        for process in processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        codes = []
        for process in processes:
            try:
                codes.append(process.wait(START))
            except subprocess.TimeoutExpired:
                process.kill()
                codes.append(process.wait())
        self.service.stop()
        return codes

    def close_ways(self) -> None:
        """Closes what leads to the database."""
        if self._connection:
            self._connection.close()
        if self.proxy:
            self.proxy.close()
        self._temporary.cleanup()

    def ask(self, statement: str, *values: object) -> list[Any]:
        """Asks the database itself, past the proxy, and gives the rows; waits while it is away."""
        end = time.monotonic() + START
        while True:
            try:
                return self._ask(statement, values)
            except (psycopg.OperationalError, sqlite3.OperationalError):
                assert time.monotonic() < end, self.service.log()
                time.sleep(LOOK)

    def _ask(self, statement: str, values: Sequence[object]) -> list[Any]:
        if self._postgres is None:
            file = f"file:{self.service.data}/invoicejobs.db?mode=ro"
            with contextlib.closing(sqlite3.connect(file, uri=True, timeout=START)) as opened:
                return opened.execute(statement, values).fetchall()
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._postgres.url("torture"), autocommit=True)
        statement = statement.replace("?", "%s")
        return self._connection.execute(statement.encode(), values or None).fetchall()

    def until(self, happened: Callable[[], object], seconds: float) -> bool:
        """Waits until something has happened; tells whether it did."""
        end = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > end:
                return False
            time.sleep(LOOK)
        return True

    def held(self) -> set[Held]:
        """Lists the chunks in work and who holds each."""
        rows = self.ask(
            'SELECT job_key, "index", holder FROM chunks WHERE NOT done AND holder IS NOT NULL'
        )
        return {tuple(row) for row in rows}

    def take_over(self, held: set[Held], begin: float, seconds: float) -> float | None:
        """Waits until none of the chunks is held by the same holder, unless that finished it.

        Gives how many seconds after begin the last of them had another holder, or none; None
        where each was finished by its own.
        """
        longest = None
        while held and time.monotonic() < begin + seconds:
            for chunk in tuple(held):
                rows = self.ask(
                    'SELECT holder, done FROM chunks WHERE job_key = ? AND "index" = ?', *chunk[:2]
                )
                holder, done = rows[0]
                if holder != chunk[2]:
                    longest = time.monotonic() - begin
                if holder != chunk[2] or done:
                    held = held - {chunk}
            time.sleep(LOOK)
        return seconds if held else longest

    def _start_worker(self) -> subprocess.Popen[bytes]:
        newest = self._newest_worker()
        process = self.service.run("server", "work")
        # One that cannot reach the database when it starts says so and ends, as it should.
        self.until(lambda: self._newest_worker() > newest, START)
        return process

    def _newest_worker(self) -> int:
        rows = self.ask("SELECT coalesce(max(id), 0) FROM procrastinate_workers")
        return int(rows[0][0])


def work_processes(parent: int) -> list[int]:
    """Lists the processes that work for a process of the service, and that they are forked from."""
    servers = [child for child in _children(parent) if b"forkserver" in _command(child)]
    return [*servers, *(child for server in servers for child in _children(server))]


def _children(parent: int) -> list[int]:
    children = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += [int(child) for child in task.read_text().split()]
    return children


def _command(process: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def send(process: int, number: signal.Signals) -> None:
    """Sends a signal to a process, unless it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)
