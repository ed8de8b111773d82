"""The demo notices whatever did not come out as it must, and removes only what it made."""

from dataclasses import replace
from pathlib import Path

import click
import pytest

from gateway.cli.demo import clear
from gateway.cli.demo_check import Expected, Outcome, problems

GOOD = Expected("A", "MANUAL", currency="EUR", net="10.00", tax="1.90", gross="11.90")
BAD = Expected("B", "MANUAL", failure="does not add up")
LATER = Expected("C")
INVOICED = Outcome(
    *("MANUAL", "A", "SUCCESS"),
    invoice_number="RE-1",
    currency="EUR",
    net="10.00",
    tax="1.90",
    gross="11.90",
    files=[Path("RE-1.pdf")],
)
REFUSED = Outcome("MANUAL", "B", "FAILURE", message="The order does not add up: 1 is not 2.")


def test_nothing_is_wrong_when_all_came_out_as_it_must():
    assert list(problems([GOOD, BAD, LATER], [INVOICED, REFUSED])) == []


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([REFUSED], "A: the MANUAL job did not take it"),
        ([replace(INVOICED, status="FAILURE", message="Oh."), REFUSED], "A: is FAILURE"),
        ([replace(INVOICED, tax="1.91"), REFUSED], "tax is 1.91 instead of 1.90"),
        ([replace(INVOICED, currency="CHF"), REFUSED], "currency is CHF instead of EUR"),
        ([replace(INVOICED, files=[]), REFUSED], "its PDF was not downloaded"),
        ([INVOICED, replace(REFUSED, status="SUCCESS")], "B: is SUCCESS, but must fail"),
        ([INVOICED, replace(REFUSED, message="Late.")], "fails for another reason"),
        ([INVOICED, REFUSED, replace(INVOICED, order_id="C")], "C: the MANUAL job took it"),
        ([replace(INVOICED, job="AUTOMATIC"), REFUSED], "A: the AUTOMATIC job took it"),
    ],
)
def test_whatever_came_out_otherwise_is_told(outcomes, said):
    assert any(said in problem for problem in problems([GOOD, BAD, LATER], outcomes))


def test_a_demo_removes_what_a_former_one_made_and_nothing_else(tmp_path):
    folder = tmp_path / "demo"
    clear(folder)
    (folder / "data").mkdir()
    (folder / "data" / "invoices.db").touch()
    (folder / "service.log").touch()
    (folder / "my-notes.txt").touch()
    clear(folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        ".made-by-invoicejobs-demo",
        "my-notes.txt",
    ]


def test_a_demo_leaves_a_folder_alone_that_holds_other_things(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(click.UsageError, match="holds other things"):
        clear(tmp_path)
    assert (tmp_path / "data").is_dir()


def test_a_link_to_data_elsewhere_is_removed_but_not_followed(tmp_path):
    (elsewhere := tmp_path / "precious").mkdir()
    (elsewhere / "file").touch()
    folder = tmp_path / "demo"
    clear(folder)
    (folder / "data").symlink_to(elsewhere)
    clear(folder)
    assert (elsewhere / "file").exists()
    assert not (folder / "data").exists()
