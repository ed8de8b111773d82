"""Reads the environment into a frozen Config, once. No other file of the server looks at it."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MEBIBYTE = 1024 * 1024


class ConfigError(Exception):
    """Says which variables are wrong, one sentence a line."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment decides about this process."""

    #: Where the database and the documents are, unless said otherwise.
    data_dir: Path
    database_url: str
    documents_dir: Path
    grpc_host: str
    #: 0 takes a free port.
    grpc_port: int
    #: Who may call: only "off" (anybody) exists yet.
    auth: str
    #: Bytes of a gRPC message.
    grpc_max_message_bytes: int
    #: Calls at the same time, but for those that watch jobs.
    grpc_max_calls: int
    #: Streams at the same time that watch jobs.
    grpc_max_watches: int
    #: Threads that answer calls.
    grpc_threads: int
    #: Orders of one job.
    max_job_orders: int
    #: Jobs of one tenant that are not done.
    max_running_jobs: int
    #: PENDING orders of one tenant.
    max_waiting_orders: int
    #: Bytes of one order's JSON.
    max_order_bytes: int
    logo_urls: str
    #: Orders of one chunk.
    chunk_size: int
    #: Chunks of one job in work at the same time.
    job_window: int
    #: Threads that work on chunks.
    worker_threads: int
    #: Processes that render; 0 renders in the threads.
    render_processes: int
    #: Seconds that drawing one document may take.
    render_seconds: int
    #: Days that a job is kept after it was DONE; 0 for ever.
    keep_jobs_days: int
    #: Days that an order is kept after its invoice was issued; 0 for ever.
    keep_orders_days: int
    #: Calendar years that an invoice is kept after the year of its issue; 0 for ever.
    keep_invoices_years: int
    #: Seconds that running calls and chunks are given when the server stops.
    stop_grace: int
    #: One of LOG_LEVELS.
    log_level: str


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable; README and --help show the same table."""

    name: str
    #: The field of Config that it fills.
    field: str
    default: str
    #: Turns text into the value; raises ValueError that says what is allowed.
    read: Callable[[str], Any]
    doc: str


def _host(text: str) -> str:
    if not text or re.search(r"[\s/\[\]]", text):
        raise ValueError("a host name or an IP address, such as 127.0.0.1 or ::1")
    return text


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # The pattern also keeps int() from taking "1_000" and digits of other scripts.
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def _processes(text: str) -> int:
    return _between(0, 256)(text) if text else os.cpu_count() or 1


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        for value in allowed:
            if text.lower() == value.lower():
                return value
        raise ValueError(" or ".join(allowed))

    return read


VARIABLES = (
    Variable("INVOICEJOBS_DATA_DIR", "data_dir", "var/data", Path,
             "Folder of the database and the documents; made when it is missing."),
    Variable("INVOICEJOBS_DATABASE_URL", "database_url", "", str,
             "The database, such as sqlite:////srv/invoices.db or postgresql://user@host/name, "
             "which several servers and workers can share. "
             "Empty: invoicejobs.db in the data folder."),
    Variable("INVOICEJOBS_DOCUMENTS_DIR", "documents_dir", "", Path,
             "Folder of the documents, which all machines share. "
             "Empty: documents in the data folder."),
    Variable("INVOICEJOBS_GRPC_HOST", "grpc_host", "127.0.0.1", _host,
             "Address the server listens on; must be loopback while INVOICEJOBS_AUTH is off."),
    Variable("INVOICEJOBS_GRPC_PORT", "grpc_port", "50051", _between(0, 65535),
             "Port the server listens on; 0 takes any free one."),
    Variable("INVOICEJOBS_AUTH", "auth", "off", _one_of("off"),
             "Who may call: off lets everybody in who reaches the port."),
    Variable("INVOICEJOBS_GRPC_MAX_MESSAGE_BYTES", "grpc_max_message_bytes",
             str(64 * MEBIBYTE), _between(MEBIBYTE, 1024 * MEBIBYTE),
             "Largest gRPC message in bytes, either way."),
    Variable("INVOICEJOBS_GRPC_MAX_CALLS", "grpc_max_calls", "1000", _between(1, 100_000),
             "Calls at the same time, those that watch jobs not counted."),
    Variable("INVOICEJOBS_GRPC_MAX_WATCHES", "grpc_max_watches", "2000", _between(0, 100_000),
             "Streams at the same time that watch jobs; one more is refused for now."),
    Variable("INVOICEJOBS_GRPC_THREADS", "grpc_threads", "16", _between(1, 256),
             "Threads that answer calls."),
    Variable("INVOICEJOBS_MAX_JOB_ORDERS", "max_job_orders", "50000", _between(1, 1_000_000),
             "Most orders a MANUAL job may name."),
    Variable("INVOICEJOBS_MAX_RUNNING_JOBS", "max_running_jobs", "100", _between(1, 100_000),
             "Most jobs of a tenant that are not done yet; one more is refused for now."),
    Variable("INVOICEJOBS_MAX_WAITING_ORDERS", "max_waiting_orders", "1000000",
             _between(1, 1_000_000_000),
             "Most orders of a tenant that wait in its jobs; a job that adds more is refused "
             "for now."),
    Variable("INVOICEJOBS_MAX_ORDER_BYTES", "max_order_bytes", str(4 * MEBIBYTE),
             _between(1024, 64 * MEBIBYTE), "Largest order that can be imported, in bytes."),
    Variable("INVOICEJOBS_LOGO_URLS", "logo_urls", "on", _one_of("on", "off"),
             "Whether logos are fetched from the addresses that settings name."),
    Variable("INVOICEJOBS_CHUNK_SIZE", "chunk_size", "100", _between(1, 1000),
             "Orders that are invoiced together in one step of a job."),
    Variable("INVOICEJOBS_JOB_WINDOW", "job_window", "8", _between(1, 1000),
             "Steps of one job in work at the same time, so that other jobs get their turn."),
    Variable("INVOICEJOBS_WORKER_THREADS", "worker_threads", "2", _between(0, 64),
             "Threads that work on jobs; 0 leaves them to worker processes."),
    Variable("INVOICEJOBS_RENDER_PROCESSES", "render_processes", "", _processes,
             "Processes that draw PDFs. Empty: one for each core; 0: none, the threads draw."),
    Variable("INVOICEJOBS_RENDER_SECONDS", "render_seconds", "60", _between(1, 3600),
             "Seconds that drawing one document may take, or its order fails; not kept to where "
             "the threads draw."),
    Variable("INVOICEJOBS_KEEP_JOBS_DAYS", "keep_jobs_days", "365", _between(0, 36_500),
             "Days that a job is kept after it was done; 0 keeps it for ever."),
    Variable("INVOICEJOBS_KEEP_ORDERS_DAYS", "keep_orders_days", "0", _between(0, 36_500),
             "Days that an order is kept after its invoice was issued; 0 keeps it as long as the "
             "invoice."),
    Variable("INVOICEJOBS_KEEP_INVOICES_YEARS", "keep_invoices_years", "10", _between(0, 100),
             "Years that an invoice is kept after the end of the year of its issue; 0 keeps it for "
             "ever."),
    Variable("INVOICEJOBS_STOP_GRACE", "stop_grace", "20", _between(0, 3600),
             "Seconds that running calls and steps of jobs are given when the server stops."),
    Variable("INVOICEJOBS_LOG_LEVEL", "log_level", "INFO", _one_of(*LOG_LEVELS),
             "Least severity that is logged: " + ", ".join(LOG_LEVELS) + "."),
)  # fmt: skip


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Reads and checks all variables. Raises ConfigError that names every wrong one.

    An empty value means the default, as in compose files.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        text = environment.get(variable.name, "").strip() or variable.default
        try:
            values[variable.field] = variable.read(text)
        except ValueError as error:
            problems.append(f"{variable.name} is {text!r}; allowed: {error}.")
    if problems:
        raise ConfigError("\n".join(problems))
    data_dir: Path = values["data_dir"]
    values["database_url"] = values["database_url"] or f"sqlite:///{data_dir / 'invoicejobs.db'}"
    if not environment.get("INVOICEJOBS_DOCUMENTS_DIR", "").strip():
        values["documents_dir"] = data_dir / "documents"
    config = Config(**values)
    if not config.worker_threads and config.database_url.startswith("sqlite"):
        raise ConfigError(
            "INVOICEJOBS_WORKER_THREADS is 0, which leaves all work to worker processes, while the "
            "database is an SQLite file, which they cannot share; allowed: 1 to 64."
        )
    if config.max_waiting_orders < config.max_job_orders:
        raise ConfigError(
            f"INVOICEJOBS_MAX_WAITING_ORDERS is {config.max_waiting_orders} and "
            f"INVOICEJOBS_MAX_JOB_ORDERS {config.max_job_orders}: a job of so many orders would "
            "never find room; allowed: no fewer waiting orders than a job may name."
        )
    if config.auth == "off" and not _is_loopback(config.grpc_host):
        raise ConfigError(
            f"INVOICEJOBS_GRPC_HOST is {config.grpc_host!r}, which other machines can reach, while "
            "INVOICEJOBS_AUTH is off, which lets everybody in; allowed: 127.0.0.1, ::1 or "
            "localhost."
        )
    return config


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
