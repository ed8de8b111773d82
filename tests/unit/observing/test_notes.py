"""What a chunk's process noted is measured, and traced, as if it had happened here."""

import pickle

from process.exposition import new_registry
from server.observing.metrics import Metrics
from server.observing.notes import Notes
from server.observing.stages import Stages


class Steps:
    """Remembers the steps that it is told of."""

    def __init__(self):
        self.steps = []

    def step(self, name, begin, end):
        self.steps.append((name, begin, end))


def test_it_is_told_once_where_it_arrives():
    notes = Notes()
    with Stages(notes, notes).of_chunk("read"):
        notes.outcomes("SUCCESS", "").inc(3)
        notes.issued("invoice").inc(2)
        notes.write_seconds.observe(0.25)
    registry, steps = new_registry(), Steps()
    metrics = Metrics(registry)
    for noted in (notes.take(), notes.take()):
        pickle.loads(pickle.dumps(noted)).tell(metrics, steps)
    value = registry.get_sample_value
    assert value("invoicejobs_job_orders_total", {"outcome": "SUCCESS", "reason": ""}) == 3
    assert value("invoicejobs_invoices_issued_total", {"kind": "invoice"}) == 2
    assert value("invoicejobs_write_seconds_sum") == 0.25
    assert value("invoicejobs_stage_seconds_count", {"stage": "read"}) == 1
    assert [name for name, _, _ in steps.steps] == ["read"]
