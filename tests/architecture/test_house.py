"""The house's habits that a machine can check: small files that say what they are for."""

import ast

import pytest

from tests.architecture.source import ROOT, source_files

#: Aim at 40 to 150; at this many lines, split.
MOST_LINES = 250


@pytest.mark.parametrize("path", source_files(), ids=str)
def test_a_module_is_small_enough_to_read(path):
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{path} has {lines} lines, split it"


@pytest.mark.parametrize("path", source_files(), ids=str)
def test_a_module_says_what_it_is_for(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path} has no docstring"


def test_the_rules_see_the_source():
    assert {"server", "gateway", "process"} == {path.parts[0] for path in source_files()}
