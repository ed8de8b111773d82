"""`invoicejobs invoices`: documents arrive whole and right, or not at all."""

import json

import grpc
import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from gateway.cli.downloading import LONGEST_NAME, safe_name
from gateway.cli.invoices import FORMATS

PDF = b"%PDF-1.4 " + b"x" * 5000


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_document_is_saved_under_its_name_in_a_folder_that_is_made(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    folder = tmp_path / "new" / "invoices"
    result = run("invoices", "download", "RE-1", "--output", folder)
    assert result.exit_code == 0
    assert result.stdout == f"{folder / 'RE-1.pdf'}\n"
    assert (folder / "RE-1.pdf").read_bytes() == PDF
    assert files(folder) == ["RE-1.pdf"]


def test_a_single_document_may_get_a_name(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    run("invoices", "download", "RE-1", "--output", tmp_path / "mine.PDF")
    assert files(tmp_path) == ["mine.PDF"]


def test_all_documents_of_a_job_are_saved(run, services, tmp_path):
    for number in ("RE-A", "RE-B", "RE-other"):
        services.add_invoice(number, PDF + number.encode())
    run("jobs", "create", "--order", "A", "--order", "bad", "--order", "B")
    result = run("invoices", "download", "--job", "job-1", "--output", tmp_path, "--json")
    assert [json.loads(line)["invoiceNumber"] for line in result.stdout.splitlines()] == [
        "RE-A",
        "RE-B",
    ]
    assert files(tmp_path) == ["RE-A.pdf", "RE-B.pdf"]


@pytest.fixture
def e_invoice(services):
    services.add_invoice("RE-1", PDF)
    services.add_xml("RE-1", pb.DOCUMENT_FORMAT_XRECHNUNG_UBL, b"<Invoice/>")
    services.add_xml("RE-1", pb.DOCUMENT_FORMAT_PEPPOL_UBL, b"<Peppol/>")


@pytest.mark.parametrize(
    ("word", "format", "xml"),
    [
        ("factur-x", pb.DOCUMENT_FORMAT_FACTUR_X, b"<F/>"),
        ("xrechnung-cii", pb.DOCUMENT_FORMAT_XRECHNUNG_CII, b"<X/>"),
        ("xrechnung-ubl", pb.DOCUMENT_FORMAT_XRECHNUNG_UBL, b"<U/>"),
        ("peppol", pb.DOCUMENT_FORMAT_PEPPOL_UBL, b"<P/>"),
    ],
)
def test_one_format_is_saved(run, services, tmp_path, word, format, xml):
    services.add_invoice("RE-1", PDF)
    services.add_xml("RE-1", format, xml)
    result = run("invoices", "download", "RE-1", "--format", word, "--output", tmp_path, "--json")
    assert files(tmp_path) == [f"RE-1-{format}.xml"]
    assert (tmp_path / f"RE-1-{format}.xml").read_bytes() == xml
    assert json.loads(result.stdout)["format"] == pb.DocumentFormat.Name(format)


def test_every_format_has_its_word():
    assert {0, *FORMATS.values()} == set(pb.DocumentFormat.values())


@pytest.mark.usefixtures("e_invoice")
def test_all_formats_are_saved(run, tmp_path):
    assert (
        run("invoices", "download", "RE-1", "--format", "all", "--output", tmp_path).exit_code == 0
    )
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == {
        "RE-1.pdf": PDF,
        "RE-1-4.xml": b"<Invoice/>",
        "RE-1-5.xml": b"<Peppol/>",
    }


@pytest.mark.usefixtures("e_invoice")
def test_a_single_xml_may_get_a_name_that_ends_as_it_does(run, tmp_path):
    asked = ("invoices", "download", "RE-1", "--format", "peppol", "--output")
    assert run(*asked, tmp_path / "mine.xml").exit_code == 0
    assert (tmp_path / "mine.xml").read_bytes() == b"<Peppol/>"
    result = run(*asked, tmp_path / "mine.pdf")
    assert result.exit_code == 2
    assert "ends in .xml" in result.stderr
    assert files(tmp_path) == ["mine.xml"]


@pytest.mark.usefixtures("e_invoice")
def test_a_format_that_an_invoice_lacks_is_told(run, tmp_path):
    result = run("invoices", "download", "RE-1", "--format", "factur-x", "--output", tmp_path)
    assert result.exit_code == 3
    assert "RE-1 has no such document." in result.stderr
    assert files(tmp_path) == []


def test_an_invoice_without_documents_is_told_also_when_all_are_asked_for(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    del services.invoices["RE-1"].documents[:]
    result = run("invoices", "download", "RE-1", "--format", "all", "--output", tmp_path)
    assert result.exit_code == 3
    assert "RE-1 has no such document." in result.stderr


def test_a_damaged_document_leaves_no_file(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    services.contents["RE-1"] = PDF[:-1] + b"y"
    result = run("invoices", "download", "RE-1", "--output", tmp_path)
    assert result.exit_code == 3
    assert "RE-1.pdf came damaged" in result.stderr
    assert files(tmp_path) == []


def test_a_document_that_ends_too_early_leaves_no_file(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    services.contents["RE-1"] = PDF[:-1]
    assert run("invoices", "download", "RE-1", "--output", tmp_path).exit_code == 3
    assert files(tmp_path) == []


def test_a_file_with_other_content_is_replaced_only_by_force(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    (tmp_path / "RE-1.pdf").write_bytes(b"mine")
    result = run("invoices", "download", "RE-1", "--output", tmp_path)
    assert result.exit_code == 3
    assert "--force" in result.stderr
    assert (tmp_path / "RE-1.pdf").read_bytes() == b"mine"
    assert run("invoices", "download", "RE-1", "--output", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "RE-1.pdf").read_bytes() == PDF
    assert run("invoices", "download", "RE-1", "--output", tmp_path).exit_code == 0
    assert files(tmp_path) == ["RE-1.pdf"]


def test_a_missing_invoice_is_told_and_the_others_are_saved(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    result = run("invoices", "download", "nope", "RE-1", "--output", tmp_path)
    assert result.exit_code == 3
    assert "There is no invoice 'nope'." in result.stderr
    assert files(tmp_path) == ["RE-1.pdf"]


def test_what_was_saved_before_an_error_is_told(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    services.add_invoice("RE-2", PDF)
    services.contents["RE-2"] = b""
    result = run("invoices", "download", "RE-1", "RE-2", "--output", tmp_path)
    assert result.exit_code == 3
    assert result.stdout == f"{tmp_path / 'RE-1.pdf'}\n"


def test_a_folder_that_cannot_be_written_is_told(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    (tmp_path / "file").write_text("in the way")
    result = run("invoices", "download", "RE-1", "--output", tmp_path / "file" / "folder")
    assert result.exit_code == 3
    assert "cannot be written" in result.stderr


def test_no_name_leads_out_of_the_folder_and_equal_names_do_not_meet(run, services, tmp_path):
    services.add_invoice("1", PDF, file_name="../a/1.pdf")
    services.add_invoice("2", PDF + b"2", file_name="..\\a\\1.PDF")
    run("invoices", "download", "1", "2", "--output", tmp_path / "in")
    assert files(tmp_path) == ["in"]
    names = files(tmp_path / "in")
    assert len(names) == 2
    assert "_a_1.pdf" in names


@pytest.mark.parametrize("arguments", [[], ["RE-1", "--job", "job-1"]])
def test_downloading_nothing_or_both_is_wrong_usage(run, arguments):
    assert run("invoices", "download", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("RE-2026-00001.pdf", "RE-2026-00001.pdf"),
        ("CF2026/01001.pdf", "CF2026_01001.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("NUL.pdf", "_NUL.pdf"),
        ("com1.pdf", "_com1.pdf"),
        ("a\nb\x00c?.pdf", "a_b_c_.pdf"),
        ("…", "…"),
        ("...", "_"),
        ("Rechnung Größe 1.pdf", "Rechnung Größe 1.pdf"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe


def test_long_names_keep_their_ending():
    for stem in ("x" * 400, "請求書" * 100):
        name = safe_name(f"{stem}.pdf")
        assert name.endswith(f"{stem[0]}.pdf") or name[-5] in stem
        assert LONGEST_NAME - 3 <= len(name.encode()) <= LONGEST_NAME


def test_an_invoice_is_shown(run, services):
    services.add_invoice("RE-1", PDF)
    services.add_xml("RE-1", pb.DOCUMENT_FORMAT_PEPPOL_UBL, b"<Peppol/>")
    services.invoices["RE-1"].notes.append("Reverse charge")
    stdout = run("invoices", "get", "RE-1").stdout
    assert "RE-1.pdf" in stdout
    assert "RE-1-5.xml" in stdout
    assert "Reverse charge" in stdout
    assert "Żaneta Łapińska" in stdout
    assert "11.90 EUR" in stdout
    assert json.loads(run("invoices", "get", "RE-1", "--json").stdout)["totals"]["tax"] == "1.90"


def test_invoices_are_listed_by_job_and_order(run, services):
    services.add_invoice("RE-1", PDF)
    assert "RE-1" in run("invoices", "list", "--job", "J", "--order", "O").stdout
    (request,) = services.requests["ListInvoices"]
    assert (request.job_id, request.order_id) == ("J", "O")
    assert json.loads(run("invoices", "list", "--json").stdout)["invoiceNumber"] == "RE-1"


def test_another_error_of_the_server_ends_the_download(run, services, tmp_path):
    services.add_invoice("RE-1", PDF)
    services.refuse("DownloadInvoice", grpc.StatusCode.INTERNAL, "Something broke.")
    result = run("invoices", "download", "RE-1", "--output", tmp_path)
    assert result.exit_code == 3
    assert "Something broke." in result.stderr
    assert files(tmp_path) == []
