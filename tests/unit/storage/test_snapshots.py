"""Snapshots outlive the release that wrote them."""

import json
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace

import pytest

from server.domain.settings import OrderPaths
from server.storage.snapshots import read_invoice, read_settings, write_invoice, write_settings
from tests.builders.invoices import make_invoice
from tests.builders.storage_full_invoice import FULL
from tests.builders.storage_values import LOGO, make_settings


def test_amounts_are_text_so_that_no_reader_makes_them_binary():
    stored = json.loads(write_invoice(make_invoice(1)))
    totals = stored["draft"]["totals"]
    assert totals
    assert {type(amount) for amount in totals.values() if amount is not None} == {str}


def test_pictures_are_named_not_contained():
    text = write_settings(make_settings())
    assert LOGO.sha256 in text
    assert {site["branding"]["logo"]["data"] for site in json.loads(text)["sites"]} == {""}


def test_a_field_that_a_later_release_added_takes_its_default():
    invoice, settings = make_invoice(1, type_code="380"), make_settings()
    older = json.loads(write_invoice(invoice))
    del older["layout"], older["type_code"]
    del older["draft"]["branding"]["closing_text"]
    found = read_invoice(json.dumps(older))
    assert (found.layout, found.type_code) == ("letterhead-1", "380")
    assert found.draft.branding.closing_text == ""
    older = json.loads(write_settings(settings))
    del older["order_paths"]
    assert read_settings(json.dumps(older)).order_paths == OrderPaths()


def test_a_field_that_this_release_does_not_know_is_no_obstacle():
    invoice = make_invoice(1)
    newer = json.loads(write_invoice(invoice)) | {"credit_of": "R-0"}
    newer["draft"]["lines"][0]["colour"] = "red"
    assert read_invoice(json.dumps(newer)) == invoice


def values_of(value):
    """Gives a value and all that it holds."""
    yield value
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, dict):
        value = tuple(value.values())
    for item in value if isinstance(value, tuple) else ():
        yield from values_of(item)


@pytest.mark.parametrize("full", [FULL, make_settings()], ids=["invoice", "settings"])
def test_the_values_that_the_stores_are_tried_with_use_every_field(full):
    parts = [value for value in values_of(full) if is_dataclass(value)]
    unused = {f"{type(part).__name__}.{field.name}" for part in parts for field in fields(part)} - {
        f"{type(part).__name__}.{field.name}"
        for part in parts
        for field in fields(part)
        if getattr(part, field.name) != field.default
    }
    assert not unused, "a field that a snapshot loses would not be noticed"


@pytest.mark.parametrize(
    ("write", "read", "full"),
    [(write_invoice, read_invoice, FULL), (write_settings, read_settings, make_settings())],
    ids=["invoice", "settings"],
)
def test_what_is_read_is_what_was_written(write, read, full):
    once = read(write(full))
    assert write(once) == write(full)
    # == forgets what print would show: the decimals of an amount.
    bare = repr(full).replace(repr(LOGO), repr(replace(LOGO, data=b"")))
    assert repr(once) == bare


def test_writing_is_the_same_every_time():
    assert write_invoice(make_invoice(5)) == write_invoice(make_invoice(5))


def test_a_broken_snapshot_is_an_error_not_an_empty_invoice():
    with pytest.raises(Exception, match="number"):
        read_invoice("{}")


#: Forks processes that have read nothing yet, and lets four threads begin at the same time in each.
FIRST_READS = """
import os, sys, threading
from server.storage.snapshots import read_invoice, read_settings

read = {"invoice": read_invoice, "settings": read_settings}[sys.argv[1]]
snapshot = sys.stdin.read()
for _ in range(20):
    child = os.fork()
    if child:
        ended = os.waitpid(child, 0)[1]
        if ended:
            sys.exit(f"ended by signal {ended}")
        continue
    sys.setswitchinterval(1e-5)
    begin = threading.Barrier(4)
    threads = [threading.Thread(target=lambda: (begin.wait(), read(snapshot))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)
"""


@pytest.mark.parametrize(
    ("kind", "snapshot"),
    [("settings", write_settings(make_settings())), ("invoice", write_invoice(FULL))],
)
def test_threads_that_read_the_first_snapshots_at_once_do_not_end_the_process(kind, snapshot):
    command = [sys.executable, "-c", FIRST_READS, kind]
    done = subprocess.run(command, input=snapshot, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
