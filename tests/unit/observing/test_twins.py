"""Server and gateway share nothing but the contract, so some of this stands in both, the same."""

import pytest

from tests.architecture.source import ROOT


@pytest.mark.parametrize("name", ["logs", "trace", "export", "exposition"])
def test_the_copies_are_the_same(name):
    ours, theirs = (
        (ROOT / room / "observing" / f"{name}.py").read_text(encoding="utf-8")
        for room in ("server", "gateway")
    )
    assert ours.replace("server.observing", "gateway.observing") == theirs
