"""Sorting on disk gives what sorting in memory gives."""

import random

import pytest

from server.service.sorted_on_disk import SortedOnDisk


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 95])
def test_all_texts_come_sorted_by_code_point_however_many_runs_they_take(count):
    texts = [f"tenant{n % 3}/{n:02x}/é{n}\u2028\r.pdf" for n in range(count)]
    random.Random(count).shuffle(texts)
    with SortedOnDisk(run=10) as kept:
        for text in texts:
            kept.add(text)
        assert list(kept) == sorted(texts)
