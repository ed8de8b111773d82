"""The same invoice gives the same bytes: in another thread, process and place, and next year."""

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.domain.branding import LAYOUT_VERSIONS
from server.rendering import render_pdf
from tests.golden.hashes import hashes, invoices, recorded

ROOT = Path(__file__).parents[2]
CHANGED = """\
The bytes of {count} documents are not what tests/golden/hashes.json says, such as
{names}.
Was something changed that is drawn, or how it is written? Then every invoice of that layout, even
one issued long ago, looks different when it is rendered again. A layout that was released must
stay as it is: make a new version of it (LAYOUT_VERSIONS). Only for a version that no release holds
yet, or where the change must reach old invoices, too: python -m tests.golden.hashes --write"""


def differing(found):
    """Names the documents whose hash is not the recorded one."""
    known = recorded()
    return [
        f"{name} ({version})"
        for version in {*found, *known}
        for name in {*found.get(version, {}), *known.get(version, {})}
        if found.get(version, {}).get(name) != known.get(version, {}).get(name)
    ]


def test_documents_have_the_recorded_bytes():
    changed = sorted(differing(hashes(list(recorded()))))
    assert not changed, CHANGED.format(count=len(changed), names=", ".join(changed[:5]))


def test_every_version_of_a_layout_is_recorded():
    assert set(recorded()) >= set(LAYOUT_VERSIONS.values())


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
        # Text is ASCII unless somebody says otherwise.
        {"PYTHONHASHSEED": "2", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
        | {"SOURCE_DATE_EPOCH": "1000000000", "TZ": "America/St_Johns"},
    ],
    ids=["Turkey", "nowhere"],
)
def test_another_process_gives_the_same_bytes_whatever_its_environment_says(environment, tmp_path):
    paths = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    run = subprocess.run(
        [sys.executable, "-m", "tests.golden.hashes"],
        env=os.environ | environment | {"PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert differing(json.loads(run.stdout)) == []


def test_many_threads_give_the_same_bytes():
    cases = [invoice for _, invoice in invoices()]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # seconds: threads meet in the middle of everything
    try:
        with ThreadPoolExecutor(8) as pool:
            documents = list(pool.map(render_pdf, cases))
    finally:
        sys.setswitchinterval(interval)
    assert documents == [render_pdf(invoice) for invoice in cases]


def test_what_was_drawn_before_does_not_show():
    cases = [invoice for _, invoice in invoices()]
    documents = [render_pdf(invoice) for invoice in cases]
    assert [render_pdf(invoice) for invoice in reversed(cases)] == documents[::-1]


def test_an_invoice_that_was_sent_to_another_process_gives_the_same_bytes():
    for _, invoice in invoices():
        assert render_pdf(pickle.loads(pickle.dumps(invoice))) == render_pdf(invoice)
