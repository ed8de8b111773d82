"""The dependency rule of ARCHITECTURE.md, read from the source of every module.

Each room imports itself, the standard library and what its row in ROOMS names. To give
a room something new, change its row here, and ARCHITECTURE.md with it.
"""

import ast
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.source import (
    ROOT,
    environment_reads,
    imports,
    module_name,
    outside_calls,
    source_files,
)


class Room(NamedTuple):
    """What a room may import besides itself and the standard library."""

    #: Rooms of ours; one name stands for everything below it.
    ours: frozenset[str] = frozenset()
    #: Top-level packages of third parties, and the generated `invoicejobs`.
    theirs: frozenset[str] = frozenset()


#: The packages that we ship.
OURS = {"server", "gateway", "process"}


def room(*names: str) -> Room:
    """Makes a row of the table: names below server and gateway are ours, others theirs."""
    ours = frozenset(name for name in names if name.split(".")[0] in OURS)
    return Room(ours, frozenset(names) - ours)


GATEWAY = (
    *("aiohttp", "multidict", "orjson", "yarl"),
    *("google", "grpc", "grpc_health", "grpc_status", "invoicejobs"),
)

ROOMS = {
    "server": room(),  # the package's own __init__.py
    "server.domain": room(),
    "server.ports": room("server.domain"),
    "server.service": room("server.domain", "server.ports"),
    "server.rendering": room(
        *("server.domain", "reportlab", "PIL", "babel", "lxml", "deflate", "resvg_py"),
        *("uharfbuzz", "regex", "anyascii"),
    ),
    "server.storage": room("server.domain", "server.ports", "sqlalchemy", "alembic", "msgspec"),
    "server.sources": room("server.domain", "server.ports", "msgspec", "urllib3"),
    "server.documents": room("server.domain", "server.ports"),
    "server.identifiers": room("server.domain", "server.ports", "stdnum"),
    "server.access": room(
        *("server.domain", "server.ports", "jwt", "cryptography", "argon2", "msgspec", "urllib3")
    ),
    "server.notify": room("server.domain", "server.ports"),
    "server.work": room(
        "server.domain", "server.ports", "server.service", "msgspec", "procrastinate"
    ),
    # gRPC's handlers as such; it knows nothing of ours, so rooms that surround them may know it.
    "server.handlers": room("grpc"),
    "server.rpc": room(
        *("server.domain", "server.handlers", "server.service", "invoicejobs", "google"),
        *("grpc", "grpc_health", "grpc_reflection", "grpc_status"),
    ),
    "server.observing": room(
        *("server.domain", "server.handlers", "server.ports", "server.service", "process"),
        *("grpc", "prometheus_client"),
    ),
    "server.preview": room("server.domain", "server.service"),
    "server.config": room("process.config"),
    # The only rooms that know `server.config`, because only they name all of `server`.
    "server.engines": room("server"),
    "server.wiring": room("server", "process"),
    "server.worker": room("server"),
    "server.archive": room("server"),
    "server.clients": room("server"),
    "server.keys": room("server"),
    "server.audit": room("server"),
    "server.data_folder": room("server", "filelock"),
    "server.__main__": room("server", "process", "filelock"),
    "gateway": room(
        "gateway.config", "gateway.observing", "process", *GATEWAY, "swagger_ui_bundle"
    ),
    "gateway.observing": room("process", "prometheus_client"),
    "gateway.config": room("process.config", "yarl"),  # an address is a value
    # What both processes do alike; it knows neither.
    "process": room("structlog", "prometheus_client", "opentelemetry"),
    "process.config": room(),
    "gateway.cli": room("gateway", *GATEWAY, "click", "rich"),
}

#: Rooms that touch the outside. None may know another: wiring joins them.
OUTSIDE = {
    *("access", "documents", "identifiers", "notify", "observing", "rendering", "rpc"),
    *("sources", "storage"),
}

#: The only files that read the environment; everyone else is handed values.
#: One for each process: server, gateway, and the command.
CONFIGS = {
    Path("server/config/reading.py"),
    Path("gateway/config/reading.py"),
    Path("gateway/cli/config.py"),
}

#: The parts of the standard library that reach outside, closed to the pure rooms.
IMPURE = frozenset(
    """
    asyncio concurrent ctypes dbm fcntl fileinput ftplib getpass glob http imaplib importlib io
    linecache locale logging mmap multiprocessing os pathlib platform poplib posix queue random
    runpy sched secrets select selectors shelve shutil signal smtplib socket socketserver sqlite3
    ssl subprocess sys syslog tempfile threading time tracemalloc urllib webbrowser
    """.split()
)
PURE = {"server.domain"}


def room_of(module: str) -> str | None:
    """Finds the row for a module of ours: the longest name it begins with."""
    rows = (name for name in ROOMS if f"{module}.".startswith(f"{name}."))
    row = max(rows, key=len, default=None)
    # A new room needs a row of its own; only the gateway's handlers share one.
    return None if row == "server" != module else row


def may_import(home: str, name: str) -> bool:
    """Tells whether the room may import the module or the name in a module."""
    top = name.partition(".")[0]
    if top in OURS:
        target = room_of(name) or name
        allowed = {home} if target == home else ROOMS[home].ours
        return any(f"{target}.".startswith(f"{name}.") for name in allowed)
    if top in sys.stdlib_module_names:
        return home not in PURE or top not in IMPURE
    return top in ROOMS[home].theirs


def violations(source: str, path: Path) -> list[str]:
    """Lists what a file does against the rule, one line each."""
    home = room_of(module_name(path))
    if home is None:
        return [f"{path}: its room has no row in the table of the dependency rule"]
    tree = ast.parse(source)
    found = [
        (line, f"{home} may not import {name}")
        for line, name in imports(tree, path)
        if not may_import(home, name)
    ]
    if path not in CONFIGS:
        found += [(line, f"only config.py may use {n}") for line, n in environment_reads(tree)]
    if home in PURE:
        found += [(line, f"{home} may not call {n}") for line, n in outside_calls(tree)]
    return [f"{path}:{line}: {text}" for line, text in sorted(found)]


@pytest.mark.parametrize("path", source_files(), ids=str)
def test_a_module_keeps_the_dependency_rule(path):
    assert violations((ROOT / path).read_text(encoding="utf-8"), path) == []


def test_rooms_that_touch_the_outside_do_not_know_each_other():
    outside = {f"server.{name}" for name in OUTSIDE}
    known = {home: ROOMS[home].ours & (outside | {"server"}) for home in outside}
    assert not any(known.values())


def test_the_gateway_does_not_know_the_server():
    rows = [row for name, row in ROOMS.items() if name.split(".")[0] == "gateway"]
    assert not any(name.startswith("server") for row in rows for name in row.ours)


def test_what_both_processes_do_alike_knows_neither():
    assert not ROOMS["process"].ours


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("server/domain/money.py", "import decimal, dataclasses, datetime"),
        ("server/domain/order.py", "from server.domain.money import ZERO"),
        ("server/domain/order.py", "from . import money\nfrom .money import ZERO"),
        ("server/domain/order.py", "def date_of(moment): return moment.date()"),
        ("server/service/create_job.py", "from server.ports import UnitOfWork"),
        ("server/storage/tables.py", "import sqlalchemy.orm\nfrom server import domain, ports"),
        ("server/storage/orders/__init__.py", "from ..tables import ORDERS"),
        ("server/rpc/jobs.py", "from invoicejobs.v1 import invoice_jobs_pb2"),
        ("server/wiring/inside.py", "from server.config import Config\nfrom server import storage"),
        ("server/__main__.py", "from server import config, wiring"),
        ("server/config/reading.py", "import os\nPORT = os.environ['PORT']"),
        ("gateway/config/reading.py", "from os import getenv"),
        ("gateway/app.py", "from gateway import config, errors\nfrom gateway.config import Config"),
        ("gateway/jobs.py", "from gateway import errors\nfrom invoicejobs.v1 import orders_pb2"),
        ("gateway/cli/__init__.py", "import click, rich.table\nfrom gateway.config import Config"),
    ],
)
def test_the_checker_allows_what_the_table_names(path, source):
    assert violations(source, Path(path)) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("server/domain/money.py", "import sqlalchemy"),
        ("server/domain/money.py", "from server.ports import UnitOfWork"),
        ("server/domain/money.py", "from server import ports"),
        ("server/domain/money.py", "from .. import ports"),
        ("server/domain/money.py", "from ..storage.tables import ORDERS"),
        ("server/domain/money.py", "import time"),
        ("server/domain/money.py", "from concurrent.futures import ThreadPoolExecutor"),
        ("server/domain/money.py", "import datetime\ndatetime.datetime.now(tz=datetime.UTC)"),
        ("server/domain/money.py", "from datetime import date\nissued = date.today()"),
        ("server/domain/money.py", "def load():\n    return open('rates')"),
        ("server/domain/money.py", "def load():\n    import os.path"),
        ("server/domain/money.py", "if TYPE_CHECKING:\n    from reportlab import platypus"),
        ("server/ports.py", "from server.service.create_job import CreateJob"),
        ("server/ports.py", "import server"),
        ("server/service/create_job.py", "from server.storage import tables"),
        ("server/service/create_job.py", "from invoicejobs.v1 import invoice_jobs_pb2"),
        ("server/service/create_job.py", "from server.config import Config"),
        ("server/service/create_job.py", "import importlib\nimportlib.import_module('grpc')"),
        ("server/service/create_job.py", "import importlib\nimportlib.import_module(name)"),
        ("server/storage/tables.py", "import server.documents.folder"),
        ("server/rendering/render_pdf.py", "from server.ports import DocumentStore"),
        ("server/handlers.py", "from server.rpc.status import status_of"),
        ("server/rpc/jobs.py", "from server.storage import unit_of_work"),
        ("server/rpc/jobs.py", "from server.ports import UnitOfWork"),
        ("server/work/engine.py", "import grpc"),
        ("server/wiring/inside.py", "import os\nos.environ.get('PORT')"),
        ("server/wiring/inside.py", "from os import getenv as read"),
        ("server/wiring/inside.py", "from gateway import app"),
        ("server/billing/sums.py", "import decimal"),
        ("server/billing.py", "import decimal"),
        ("gateway/jobs.py", "from server.domain import job"),
        ("gateway/jobs.py", "import rich"),
        ("gateway/jobs.py", "import sqlalchemy"),
        ("gateway/cli/__init__.py", "import os\nos.getenv('PORT')"),
        ("gateway/cli/__init__.py", "import click\nclick.option('--port', envvar='PORT')"),
        ("gateway/jobs.py", "from gateway.cli import main"),
        ("gateway/config/doors.py", "from gateway.jobs import ROUTES"),
    ],
)
def test_the_checker_refuses_what_the_table_does_not_name(path, source):
    assert len(violations(source, Path(path))) == 1


def test_a_violation_tells_file_line_and_rule():
    source = "'''Doc.'''\n\nimport sqlalchemy\n"
    path = Path("server/domain/money.py")
    expected = "server/domain/money.py:3: server.domain may not import sqlalchemy"
    assert violations(source, path) == [expected]
