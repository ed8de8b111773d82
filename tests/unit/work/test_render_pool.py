"""The render pool gives each invoice its own result, whatever one of them does to its process."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.domain.document import DocumentFormat
from server.domain.errors import LimitExceeded, Unavailable
from server.rendering import render_document, render_preview, warm_up
from server.work.render_alone import TRIES_ALONE
from server.work.render_pool import RenderPool
from tests.builders.invoices import make_invoice
from tests.fakes.deadly import SLOW, draw, tasks
from tests.fakes.outside import as_bytes, fake_document, fake_preview, nothing
from tests.unit.work.test_chunk_processes import no_more_files

PDF = DocumentFormat.PDF
#: Short for a test, and long enough for a machine that is busy.
SECONDS = 4 * SLOW


@pytest.fixture(params=[2])
def pool(request):
    pool = RenderPool(draw, fake_preview, nothing, request.param, SECONDS)
    yield pool
    pool.close()


def test_one_that_never_ends_fails_alone_and_says_how_long_it_had(pool):
    wanted = tasks(*(f"RE-{n}" for n in range(20)), "HANGS", *(f"RE-{n}" for n in range(20, 40)))
    results = pool.render(wanted, as_bytes)
    late = results.pop(20)
    assert isinstance(late, LimitExceeded)
    assert late.reason == "RENDERING_TOO_LONG"
    assert "more than 5 seconds" in late.message
    del wanted[20]
    assert results == [fake_document(*task) for task in wanted]
    assert pool.render(wanted, as_bytes) == results


@pytest.mark.parametrize("pool", [1], indirect=True)
def test_each_document_has_all_the_time_however_many_there_are(pool, tmp_path):
    wanted = tasks(*[f"SLOW {tmp_path}"] * 10)  # 6 seconds for each half
    assert pool.render(wanted, as_bytes) == [fake_document(*task) for task in wanted]
    assert len(list(tmp_path.iterdir())) == 1, "the process was not ended"


@pytest.mark.parametrize("pool", [2], indirect=True)
def test_others_that_draw_meanwhile_lose_nothing(pool):
    def others(_: int) -> bool:
        wanted = tasks(*(f"RE-{n}" for n in range(8)))
        return pool.render(wanted, as_bytes) == [fake_document(*task) for task in wanted]

    with ThreadPoolExecutor(4) as threads:
        late = threads.submit(pool.render, tasks("LOOPS"), as_bytes)
        while not late.done():
            assert all(threads.map(others, range(6)))
        assert isinstance(late.result()[0], LimitExceeded)


def test_one_that_ends_its_process_is_tried_and_then_fails_alone(pool, tmp_path):
    number = f"DIES {tmp_path}"
    good, bad, fine = pool.render(tasks("RE-1", number, "RE-2"), as_bytes)
    assert isinstance(good, bytes)
    assert isinstance(fine, bytes)
    assert isinstance(bad, RuntimeError)
    assert not isinstance(bad, LimitExceeded)
    assert len(list(tmp_path.iterdir())) == 1 + TRIES_ALONE


@pytest.mark.parametrize("pool", [1], indirect=True)
def test_closing_waits_for_nothing_that_hangs_and_what_hung_can_be_tried_again(pool, tmp_path):
    begun = tmp_path / "begun"
    begun.mkdir()
    with ThreadPoolExecutor(1) as threads:
        late = threads.submit(pool.render, tasks(f"HANGS {begun}"), as_bytes)
        while not (late.done() or list(begun.iterdir())):
            pass
        pool.close()
        with pytest.raises(Unavailable):
            late.result()
    with pytest.raises(Unavailable):
        pool.render(tasks("RE-1"), as_bytes)
    assert not [t for t in threading.enumerate() if "QueueManager" in t.name]


def test_an_invoice_of_ten_thousand_lines_is_drawn_long_before_the_limit():
    pool = RenderPool(render_document, render_preview, warm_up, 1, seconds=60)
    begin = time.monotonic()
    (document,) = pool.render([(make_invoice(10_000), PDF)], as_bytes)
    assert isinstance(document, bytes)
    assert time.monotonic() - begin < 60 / 2
    pool.close()


def test_what_could_not_be_drawn_tells_the_log_where_that_was(pool):
    (failed,) = pool.render(tasks("RAISES"), as_bytes)
    (note,) = failed.__notes__
    assert note.startswith("ValueError in draw, line ")


def test_where_no_process_can_be_made_it_says_so_and_draws_when_one_can():
    pool = RenderPool(fake_document, fake_preview, nothing, 1)
    task = (make_invoice(2), PDF)
    try:
        with no_more_files(), pytest.raises(Unavailable, match="could not start"):
            pool.render([task], as_bytes)
        assert pool.render([task], as_bytes) == [fake_document(*task)]
    finally:
        pool.close()
