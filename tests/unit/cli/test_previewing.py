"""`invoicejobs invoices preview`: what the server would make of an order, in a file."""

import grpc
import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_preview_is_saved_under_the_servers_name_in_the_working_folder(run, services, folder):
    services.preview_name = "preview-A/1.pdf"
    result = run("invoices", "preview", "A/1")
    assert (result.exit_code, result.stdout) == (0, "preview-A_1.pdf\n")
    assert (folder / "preview-A_1.pdf").read_bytes() == b"%PDF of a preview of A/1"
    (request,) = services.requests["PreviewInvoice"]
    assert (request.tenant, request.order_id) == ("acme", "A/1")


def test_it_goes_where_it_is_told_and_replaces_an_older_one(run, folder):
    (folder / "out.pdf").write_text("yesterday's")
    assert run("invoices", "preview", "A", "-o", "out.pdf").exit_code == 0
    assert (folder / "out.pdf").read_bytes() == b"%PDF of a preview of A"
    assert run("invoices", "preview", "A", "-o", "new/folder").stdout == "new/folder/preview.pdf\n"
    assert (folder / "new/folder/preview.pdf").is_file()


def test_standard_output_takes_nothing_but_the_pdf(run, folder):
    result = run("invoices", "preview", "A", "-o", "-")
    assert (result.exit_code, result.stdout_bytes) == (0, b"%PDF of a preview of A")
    assert not list(folder.iterdir())


def test_an_order_in_a_file_is_sent_as_it_stands(run, services, folder):
    (folder / "order.json").write_bytes(b'{"id": "A", "x": 1.10}')
    assert run("invoices", "preview", "--file", "order.json").exit_code == 0
    assert run("invoices", "preview", "--file", "-", stdin='{"id": "B"}').exit_code == 0
    sent = [request.order_json for request in services.requests["PreviewInvoice"]]
    assert sent == [b'{"id": "A", "x": 1.10}', b'{"id": "B"}']


def test_with_json_the_file_is_an_object(run):
    result = run("--json", "invoices", "preview", "A")
    assert result.stdout == '{"file":"preview.pdf","sizeBytes":22}\n'


@pytest.mark.parametrize("arguments", [[], ["A", "--file", "order.json"]])
def test_exactly_one_order_must_be_named(run, services, folder, arguments):
    (folder / "order.json").write_text("{}")
    result = run("invoices", "preview", *arguments)
    assert result.exit_code == 2
    assert "Say which order" in result.stderr
    assert not services.requests


def test_an_order_that_cannot_be_invoiced_is_told_and_nothing_is_saved(run, services, folder):
    services.refuse(
        "PreviewInvoice", grpc.StatusCode.FAILED_PRECONDITION, "The order was declined."
    )
    result = run("invoices", "preview", "A")
    assert result.exit_code == 3
    assert "The order was declined." in result.stderr
    assert not list(folder.iterdir())


def test_a_place_that_cannot_be_written_to_is_told(run, folder):
    (folder / "taken").write_text("a file")
    result = run("invoices", "preview", "A", "-o", "taken")
    assert result.exit_code == 3
    assert "cannot be written" in result.stderr
