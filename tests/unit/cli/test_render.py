"""`invoicejobs render`: PDFs of orders in files, by a real process and without a server."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest

from tests.golden.reading import texts_of
from tests.golden.watermarks import watermarks_of

ROOT = Path(__file__).parents[3]
SETTINGS = ROOT / "examples/settings.json"
ORDERS = ROOT / "examples/orders"
ORDER = ORDERS / "01-b2c-domestic-gross.json"
SIXTY_LINES = ORDERS / "06-sixty-lines.json"
DECLINED = ORDERS / "14-declined.json"
DOES_NOT_ADD_UP = ORDERS / "13-does-not-add-up.json"
LOGO = ROOT / "examples/logo.png"


@pytest.fixture
def folder(tmp_path):
    """The working folder of somebody who runs the command."""
    (folder := tmp_path / "work").mkdir()
    return folder


@pytest.fixture
def render(folder):
    """Runs `invoicejobs render ARGUMENTS`."""

    def render(*arguments, settings=SETTINGS, stdin=b""):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}
        return subprocess.run(
            [
                *(sys.executable, "-m", "gateway.cli", "render"),
                *("--settings", str(settings)),
                *map(str, arguments),
            ],
            cwd=folder,
            env=clean,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )

    return render


def attachments(document):
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        return pdf.count_attachments()


def pictures(document):
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        found = [item for page in pdf for item in page.get_objects()]
        return sum(isinstance(item, pypdfium2.PdfImage) for item in found)


def test_an_order_becomes_a_pdf_beside_where_the_command_runs(render, folder):
    done = render(ORDER)
    assert (done.returncode, done.stderr) == (0, b"")
    name = f"{ORDER.stem}.pdf"
    assert done.stdout.decode().split() == [name]
    document = (folder / name).read_bytes()
    assert watermarks_of(document) == ["VORSCHAU"]
    assert "RE-2" not in texts_of(document)[0]
    assert [path.name for path in folder.iterdir()] == [name]


def test_every_page_bears_the_watermark_and_the_total_is_the_orders(render):
    done = render(SIXTY_LINES, "-o", "-")
    assert (done.returncode, done.stderr) == (0, b"")
    pages = texts_of(done.stdout)
    assert len(pages) > 1
    assert watermarks_of(done.stdout) == ["VORSCHAU"] * len(pages)
    order = json.loads(SIXTY_LINES.read_bytes())
    gross = f"{order['calculatedPrice']['finalPrice']['grossValue']:.2f}"
    assert gross.replace(".", ",") in "".join(pages).replace(".", "")


@pytest.mark.parametrize("order", ["01-b2c-domestic-gross", "02-b2b-net-vat-id"])
def test_no_e_invoice_is_inside(render, order):
    done = render(ORDERS / f"{order}.json", "-o", "-")
    assert done.returncode == 0
    assert attachments(done.stdout) == 0


def test_several_orders_become_a_pdf_each_and_one_that_fails_stops_none(render, folder):
    done = render(ORDER, DECLINED, DOES_NOT_ADD_UP, SIXTY_LINES, "-o", "new/folder")
    assert done.returncode == 1
    made = [f"new/folder/{order.stem}.pdf" for order in (ORDER, SIXTY_LINES)]
    assert done.stdout.decode().split() == made
    assert all((folder / name).read_bytes().startswith(b"%PDF-") for name in made)
    declined, wrong_sum = done.stderr.decode().splitlines()
    assert declined.startswith(f"{DECLINED}: The order was declined")
    assert wrong_sum.startswith(f"{DOES_NOT_ADD_UP}: The order does not add up")


def test_with_json_each_order_is_an_object_on_stdout(render):
    done = render("--json", ORDER, DECLINED)
    good, bad = map(json.loads, done.stdout.splitlines())
    assert good["order"] == str(ORDER)
    assert good["file"] == f"{ORDER.stem}.pdf"
    assert good["sizeBytes"] > 1000
    assert (bad["order"], bad["reason"], bad["field"]) == (
        str(DECLINED),
        "ORDER_DECLINED",
        "status",
    )


def test_a_preview_that_is_there_already_is_replaced(render, folder):
    (folder / "out.pdf").write_text("yesterday's")
    assert render(ORDER, "-o", "out.pdf").returncode == 0
    assert (folder / "out.pdf").read_bytes().startswith(b"%PDF-")


def test_another_site_and_a_logo_can_be_tried(render):
    plain = render(ORDER, "--site", "GrossSite", "-o", "-").stdout
    assert "Curlew & Finch Trading GmbH" in texts_of(plain)[0]
    with_logo = render(ORDER, "--site", "GrossSite", "-o", "-", "--logo", f"GrossSite={LOGO}")
    assert pictures(plain) == 0
    assert pictures(with_logo.stdout) == 1


LOGO_URL = "https://127.0.0.1:9/logo.png"
NOT_FETCHED = (
    f"The logo of site DE is not fetched from {LOGO_URL} for a preview: give a file with "
    "--logo DE=FILE."
)


@pytest.fixture
def with_addresses(folder):
    """Settings whose logos are on the internet."""
    settings = json.loads(SETTINGS.read_bytes())
    for site in settings["sites"]:
        site["branding"]["logoUrl"] = LOGO_URL
    (changed := folder / "settings.json").write_text(json.dumps(settings))
    return changed


def test_the_address_of_a_logo_is_not_asked_which_is_told_once(render, with_addresses):
    done = render(ORDER, SIXTY_LINES, "--site", "DE", settings=with_addresses)
    assert done.returncode == 0
    assert done.stderr.decode().splitlines() == [NOT_FETCHED]
    alone = render(ORDER, "--site", "DE", "-o", "-", settings=with_addresses)
    assert alone.stdout.startswith(b"%PDF-")
    assert alone.stderr.decode().splitlines() == [NOT_FETCHED]


def test_with_json_the_order_says_that_its_logo_was_not_fetched(render, with_addresses):
    done = render("--json", ORDER, "--site", "DE", settings=with_addresses)
    assert json.loads(done.stdout)["warning"] == NOT_FETCHED


def test_a_logo_that_is_given_takes_the_place_of_the_one_that_is_not_fetched(
    render, with_addresses
):
    done = render(
        *(ORDER, "--site", "DE", "-o", "-", "--logo", f"DE={LOGO}"), settings=with_addresses
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert pictures(done.stdout) == 1


def test_settings_can_come_from_standard_input(render):
    done = render(ORDER, settings="-", stdin=SETTINGS.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("content", "problem", "output"),
    [
        (b"{", "is no JSON object", "."),
        (b'{"entries": []}', "id: is missing", "."),
        (b'{"id": "a", "entries": 7}', "entries: ", "-"),
        (b'{"id": "a", "siteCode": "XX", "currency": "EUR"}', "no lines", "."),
    ],
)
def test_what_is_wrong_with_an_order_is_said_in_a_sentence(
    render, folder, content, problem, output
):
    (folder / "order.json").write_bytes(content)
    done = render("order.json", "-o", output)
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("order.json: ")
    assert problem in line


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"sites": []}, "sites: "),
        ({"sties": []}, "sties"),
        ({"invoiceSettings": {"threshold": "soon"}}, "invoice_settings.threshold: "),
    ],
)
def test_settings_that_are_wrong_are_told_by_field(render, folder, change, problem):
    settings = json.loads(SETTINGS.read_bytes()) | change
    (wrong := folder / "settings.json").write_text(json.dumps(settings))
    done = render(ORDER, settings=wrong)
    assert (done.returncode, done.stdout) == (1, b"")
    assert problem in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "Missing argument"),
        (["missing.json"], "missing.json"),
        ([ORDER, SIXTY_LINES, "-o", "one.pdf"], "one.pdf takes one PDF"),
        ([ORDER, SIXTY_LINES, "-o", "-"], "takes one PDF"),
        ([ORDER, f"{ORDERS}/../orders/{ORDER.name}"], "would both become"),
        ([ORDER, "--site", "XX"], "no site 'XX'; they have: DE, "),
        ([ORDER, "--logo", "XX=logo.png"], "no site 'XX'"),
    ],
)
def test_wrong_use_is_exit_code_2_with_a_sentence(render, folder, arguments, problem):
    done = render(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert problem in done.stderr.decode()
    assert not list(folder.iterdir())


def test_names_that_begin_with_a_dash_are_names(render, folder):
    (folder / "-o.json").write_bytes(ORDER.read_bytes())
    done = render("-o", "-new", "--", "-o.json")
    assert (done.returncode, done.stdout.decode()) == (0, "-new/-o.pdf\n")


def test_a_folder_that_cannot_be_made_is_told(render, folder):
    (folder / "taken").write_text("a file")
    done = render(ORDER, "-o", "taken")
    assert done.returncode == 1
    assert "taken" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_server_of_somebody_elses_in_the_working_folder_is_not_run(render, folder):
    (folder / "server.py").write_text("raise SystemExit('the wrong one')")
    assert render(ORDER).returncode == 0
