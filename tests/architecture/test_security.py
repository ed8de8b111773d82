"""SECURITY.md claims nothing without a test: each row names one that is there."""

import re

import pytest

from tests.architecture.source import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
#: Rows of the tables of threats: what threatens, what we do, what shows it.
ROWS = re.findall(r"^\| (?!threat |---|what )(.+) \| (.+) \| (.+) \|$", TEXT, re.MULTILINE)
TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_rules_see_the_threats():
    assert len(ROWS) > 25


@pytest.mark.parametrize(("threat", "shown"), [(row[0], row[2]) for row in ROWS])
def test_each_threat_names_tests_that_are_there(threat, shown):
    named = re.findall(r"`(tests/[^`]+)`", shown)
    made = re.findall(r"`make ([a-z-]+)`", shown)
    assert named or made, threat
    for path in named:
        assert (ROOT / path).exists(), path
    assert set(made) <= set(TARGETS)


def test_each_variable_that_is_named_exists():
    known = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"INVOICEJOBS_[A-Z_]+", TEXT)):
        assert f"`{name}`" in known, name
