"""The kinds of harm that are done to the service, each mended before it is over.

A blow says whom it hit; whoever strikes it starts again what has ended.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.torture.disk import Disk
from tests.torture.plant import Plant, send, work_processes

#: Seconds that a disk or a database is away.
AWAY = (0.1, 1.5)
#: Seconds after which others take what a stopped worker held.
LEASE = 5.0
#: Seconds that a stopped worker stays stopped at most.
LONGEST_SLEEP = 20.0
#: What a process gives that SIGTERM reached before it had begun to listen for it.
_ENDED = {0, -signal.SIGTERM}


@dataclass(frozen=True, slots=True)
class Struck:
    """What a blow did."""

    hit: bool = True
    #: Seconds until others had what the victim held; None where it held nothing, or went on.
    take_over: float | None = None
    #: What was wrong already then.
    found: str = ""


Blow = Callable[[Plant, random.Random], Struck]


def kill_server(plant: Plant, chance: random.Random) -> Struck:
    """Ends the server as a power cut would."""
    return _kill(plant, plant.processes[0])


def kill_worker(plant: Plant, chance: random.Random) -> Struck:
    """Ends a worker as a power cut would; another one is started only when its work is taken."""
    return _kill(plant, chance.choice(plant.workers))


def stop_server(plant: Plant, chance: random.Random) -> Struck:
    """Asks the server to end."""
    return _terminate(plant, plant.processes[0])


def stop_worker(plant: Plant, chance: random.Random) -> Struck:
    """Asks a worker to end."""
    return _terminate(plant, chance.choice(plant.workers))


def pause_worker(plant: Plant, chance: random.Random) -> Struck:
    """Lets a worker sleep past its lease, and come back when others have what it held."""
    worker = chance.choice(plant.workers)
    send(worker.pid, signal.SIGSTOP)
    begin, held = time.monotonic(), plant.held()
    taken = plant.take_over(held, begin, LONGEST_SLEEP)
    if taken is None:  # it held nothing; past its lease it is given up all the same
        time.sleep(max(0.0, begin + LEASE + 2 - time.monotonic()))
    send(worker.pid, signal.SIGCONT)
    return Struck(take_over=taken)


def pause_server(plant: Plant, chance: random.Random) -> Struck:
    """Lets the server sleep for a while."""
    server = plant.processes[0].pid
    send(server, signal.SIGSTOP)
    time.sleep(chance.uniform(*AWAY))
    send(server, signal.SIGCONT)
    return Struck()


def kill_renderer(plant: Plant, chance: random.Random) -> Struck:
    """Ends a process that renders."""
    found = [pid for process in plant.processes for pid in work_processes(process.pid)]
    if not found:
        return Struck(hit=False)
    send(chance.choice(found), signal.SIGKILL)
    return Struck()


def terminate_backends(plant: Plant, chance: random.Random) -> Struck:
    """Has PostgreSQL end one connection of the service's, or all of them."""
    limit = chance.choice((1, 100))
    rows = plant.ask(
        "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE "
        "application_name = 'invoicejobs' ORDER BY random() LIMIT ?) AS victims",
        limit,
    )
    return Struck(hit=bool(rows))


def kill_backend(plant: Plant, chance: random.Random) -> Struck:
    """Kills a connection's process; PostgreSQL then ends all others, and recovers."""
    pids = plant.ask(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'invoicejobs' ORDER BY pid"
    )
    if not pids:
        return Struck(hit=False)
    send(chance.choice(pids)[0], signal.SIGKILL)
    return Struck()


def reset_connections(plant: Plant, chance: random.Random) -> Struck:
    """Cuts all connections to the database, and lets no new ones come for a while."""
    assert plant.proxy
    plant.proxy.refuse(True)
    count = plant.proxy.reset()
    time.sleep(chance.choice((0.0, chance.uniform(*AWAY))))
    plant.proxy.refuse(False)
    return Struck(hit=count > 0)


def silence_connections(plant: Plant, chance: random.Random) -> Struck:
    """Lets the network be silent for a while: what was sent arrives late, or never."""
    assert plant.proxy
    plant.proxy.silence(True)
    time.sleep(chance.choice((chance.uniform(*AWAY), LEASE + chance.uniform(*AWAY))))
    if chance.random() < 0.5:
        plant.proxy.reset()
    plant.proxy.silence(False)
    return Struck()


def fill_documents(plant: Plant, chance: random.Random) -> Struck:
    """Fills the disk of the documents for a while."""
    assert plant.documents_disk
    return _fill(plant.documents_disk, chance)


def fill_database(plant: Plant, chance: random.Random) -> Struck:
    """Fills the disk of the database for a while."""
    assert plant.database_disk
    return _fill(plant.database_disk, chance)


def _fill(disk: Disk, chance: random.Random) -> Struck:
    full = disk.fill()
    time.sleep(chance.uniform(*AWAY))
    disk.free()
    return Struck(hit=full)


def forbid_documents(plant: Plant, chance: random.Random) -> Struck:
    """Makes the disk of the documents read-only for a while."""
    assert plant.documents_disk
    forbidden = plant.documents_disk.forbid_writing()
    time.sleep(chance.uniform(*AWAY))
    plant.documents_disk.allow_writing()
    return Struck(hit=forbidden)


def kill_on_full_disk(plant: Plant, chance: random.Random) -> Struck:
    """Ends the server while the disk of the documents is full."""
    assert plant.documents_disk
    full = plant.documents_disk.fill()
    time.sleep(chance.uniform(*AWAY))
    send(plant.processes[0].pid, signal.SIGKILL)
    plant.processes[0].wait()
    plant.documents_disk.free()
    return Struck(hit=full)


def _kill(plant: Plant, process: subprocess.Popen[bytes]) -> Struck:
    # Stopped first, so that nothing it held is finished between the look and its end.
    send(process.pid, signal.SIGSTOP)
    held = plant.held()
    begin = time.monotonic()
    process.kill()
    process.wait()
    if not plant.workers:
        plant.mend()  # nobody else would take its chunks
    return Struck(take_over=plant.take_over(held, begin, 2 * LONGEST_SLEEP))


def _terminate(plant: Plant, process: subprocess.Popen[bytes]) -> Struck:
    process.terminate()
    try:
        code = process.wait(2 * LONGEST_SLEEP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return Struck(found="did not end when it was asked to")
    return Struck(found="" if code in _ENDED else f"ended with {code} when it was asked to end")


#: Whom it hits on SQLite, and on PostgreSQL.
SQLITE: dict[str, Blow] = {
    "server killed": kill_server,
    "server asked to end": stop_server,
    "server paused": pause_server,
    "renderer killed": kill_renderer,
}
SQLITE_DISKS: dict[str, Blow] = {
    "documents disk full": fill_documents,
    "documents read-only": forbid_documents,
    "database disk full": fill_database,
    "killed on full disk": kill_on_full_disk,
}
POSTGRESQL: dict[str, Blow] = {
    "server killed": kill_server,
    "worker killed": kill_worker,
    "worker paused": pause_worker,
    "server asked to end": stop_server,
    "worker asked to end": stop_worker,
    "renderer killed": kill_renderer,
    "connections terminated": terminate_backends,
    "backend killed": kill_backend,
    "connections reset": reset_connections,
    "connections silent": silence_connections,
}
POSTGRESQL_DISKS: dict[str, Blow] = {
    "documents disk full": fill_documents,
    "documents read-only": forbid_documents,
}
