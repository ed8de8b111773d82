"""What a process tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from process.config.variable import Variable, between, host, one_of

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("auto", "text", "json")


@dataclass(frozen=True, kw_only=True)
class Observing:
    """What a process tells of itself."""

    #: One of LOG_LEVELS.
    log_level: str
    #: One of LOG_FORMATS.
    log_format: str
    metrics_host: str
    #: 0 takes a free port; None answers nowhere.
    metrics_port: int | None
    #: The exporter of traces by its name, such as otlp; empty or none for no export.
    traces_exporter: str
    #: Where the OTLP exporter sends to; it reads the variable by itself.
    traces_endpoint: str


def _port(text: str) -> int | None:
    return between(0, 65535)(text) if text else None


VARIABLES = (
    Variable("INVOICEJOBS_LOG_LEVEL", "log_level", "INFO", one_of(*LOG_LEVELS),
             "Least severity that is logged: " + ", ".join(LOG_LEVELS) + "."),
    Variable("INVOICEJOBS_LOG_FORMAT", "log_format", "auto", one_of(*LOG_FORMATS),
             "How log lines look: text, json, or auto, which is text on a terminal."),
    Variable("INVOICEJOBS_METRICS_HOST", "metrics_host", "127.0.0.1", host,
             "Address that metrics are given on. They name no tenant, but nobody is asked for a "
             "token."),
    Variable("INVOICEJOBS_METRICS_PORT", "metrics_port", "", _port,
             "Port that answers GET /metrics for Prometheus; invoicejobs serve gives its gateway "
             "the next one. 0 takes any free one. Empty: none."),
    Variable("OTEL_TRACES_EXPORTER", "traces_exporter", "", str,
             "Exporter of traces by OpenTelemetry, which comes with invoicejobs[otel]: otlp, "
             "console, or none. Empty: otlp if there is an endpoint. The other OTEL_ variables "
             "count as well."),
    Variable("OTEL_EXPORTER_OTLP_ENDPOINT", "traces_endpoint", "", str,
             "Where traces are sent by OTLP over HTTP, such as http://127.0.0.1:4318."),
)  # fmt: skip


def fill(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Chooses the exporter where the environment names only where to send to."""
    endpoint = values["traces_endpoint"] or environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        values["traces_exporter"] = "none"
    elif endpoint and not values["traces_exporter"]:
        values["traces_exporter"] = "otlp"
