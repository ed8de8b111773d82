"""Snapshots outlive the release that wrote them."""

import json

import pytest

from server.domain.settings import OrderPaths
from server.storage.snapshots import read_invoice, read_settings, write_invoice, write_settings
from tests.builders.invoices import make_invoice
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
    assert (found.layout, found.type_code) == ("classic-1", "380")
    assert found.draft.branding.closing_text == ""
    older = json.loads(write_settings(settings))
    del older["order_paths"]
    assert read_settings(json.dumps(older)).order_paths == OrderPaths()


def test_a_field_that_this_release_does_not_know_is_no_obstacle():
    invoice = make_invoice(1)
    newer = json.loads(write_invoice(invoice)) | {"credit_of": "R-0"}
    newer["draft"]["lines"][0]["colour"] = "red"
    assert read_invoice(json.dumps(newer)) == invoice


def test_writing_is_the_same_every_time():
    assert write_invoice(make_invoice(5)) == write_invoice(make_invoice(5))


def test_a_broken_snapshot_is_an_error_not_an_empty_invoice():
    with pytest.raises(Exception, match="number"):
        read_invoice("{}")
