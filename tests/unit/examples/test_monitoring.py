"""The dashboard and the alerts can be loaded, and ask for nothing that is not measured."""

import json
import re
from typing import cast

import pytest
import yaml

from gateway.observing.requests import Requests
from process.exposition import new_registry
from process.exposition import new_registry as new_gateway_registry
from process.trace import PlainTracer
from server.observing.backlog import Connections, Queue
from server.observing.metrics import Metrics
from server.ports import Database
from tests.architecture.source import ROOT
from tests.fakes.outside import FakeClock

FOLDER = ROOT / "examples" / "monitoring"
#: What Prometheus itself adds, and Grafana's variables.
FOREIGN = {"up"}
FUNCTIONS = {
    *("abs", "and", "by", "deriv", "histogram_quantile", "increase", "max", "min", "or"),
    *("rate", "sum", "le", "unless", "without"),
}


def measured():
    """Names all series that the processes have, and the labels that are our own."""
    server, gateway = new_registry(), new_gateway_registry()
    Metrics(server)
    server.register(Connections(dict))
    # Its names are known without a database.
    queue = Queue(cast("Database", None), FakeClock())
    Requests(PlainTracer(), gateway)
    names = set(FOREIGN)
    families = [*server.collect(), *gateway.collect(), *queue.describe()]
    for family in families:
        match family.type:
            case "counter":
                names.add(f"{family.name}_total")
            case "histogram":
                names |= {f"{family.name}_{end}" for end in ("bucket", "sum", "count")}
            case _:
                names.add(family.name)
    return names


def expressions():
    board = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


def series_in(expression):
    """Finds the names of series: what is neither a label, a text, a range nor a function."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\{[^}]*\}|\b(?:by|without) \([^)]*\)', " ", expression)
    return set(re.findall(r"[a-z_][a-z0-9_]+", bare)) - FUNCTIONS


@pytest.mark.parametrize(("name", "expression"), list(expressions()), ids=lambda text: text[:40])
def test_every_series_that_is_asked_for_is_measured(name, expression):
    asked = series_in(expression)
    assert asked, name
    assert asked <= measured(), name
    assert expression.count("(") == expression.count(")")


def test_every_measure_of_ours_is_shown():
    shown = {name for _, expression in expressions() for name in series_in(expression)}
    ours = {re.sub(r"_(bucket|sum|count)$", "", n) for n in measured() if "invoicejobs" in n}
    assert ours == {re.sub(r"_(bucket|sum|count)$", "", n) for n in shown if "invoicejobs" in n}


@pytest.mark.parametrize(("name", "expression"), list(expressions()), ids=lambda text: text[:40])
def test_nothing_waits_for_a_rate_that_is_0(name, expression):
    # Where nobody has counted yet, or nobody is left to count, there is no rate.
    assert not re.search(r"rate\([^)]*\)+\s*==\s*0", expression), name


@pytest.mark.parametrize(("name", "expression"), list(expressions()), ids=lambda text: text[:40])
def test_what_every_program_measures_is_asked_of_our_processes_only(name, expression):
    foreign = re.findall(r"\b(?:process_\w+|up\b)(\{[^}]*\})?", expression)
    assert all('job=~"invoicejobs.*"' in labels for labels in foreign), name


def test_defects_of_ours_are_counted_from_0_on():
    registry = new_registry()
    Metrics(registry)
    labels = {"outcome": "FAILURE", "reason": "INTERNAL"}
    # An alert on their increase sees the first one only after a 0.
    assert registry.get_sample_value("invoicejobs_job_orders_total", labels) == 0


def test_each_alert_says_what_is_wrong_and_what_to_do():
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"critical", "warning"}
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["description"].endswith(("?", "."))


def test_prometheus_is_told_of_the_rules_and_of_every_process():
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    assert [(FOLDER / name).is_file() for name in config["rule_files"]] == [True]
    assert {job["job_name"] for job in config["scrape_configs"]} == {
        *("invoicejobs-server", "invoicejobs-gateway", "invoicejobs-worker")
    }
