"""`make audit` tells what it found, and whether anybody could look."""

import json
import sys

import pytest

from tests.journeys.service import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import audit  # type: ignore[import-not-found]

GOOD = {"name": "click", "version": "8.5.1", "vulns": []}
WEAK = {
    "name": "weak",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": [], "description": ""}],
}
UNKNOWN = {"name": "ours", "version": "1", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture
def auditor(tmp_path, monkeypatch):
    """Stands in for pip-audit, which would ask the world; gives what writes its answer."""
    program = tmp_path / "pip-audit"
    monkeypatch.setattr(audit, "PIP_AUDIT", program)

    def answer(text: str, *, code: int = 0) -> None:
        program.write_text(f"#!{sys.executable}\nprint({text!r})\nraise SystemExit({code})\n")
        program.chmod(0o755)

    return answer


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([GOOD], 0, "audited 1 packages, 0 known weaknesses"),
        ([GOOD, WEAK], 1, "weak 1.0: PYSEC-1, mended in 1.1"),
        ([GOOD, UNKNOWN], 0, "not audited, the service does not know them: ours"),
        ([UNKNOWN], 0, f"{audit.NOT_ASKED}: it knows none"),
    ],
)
def test_what_the_service_says_is_told(auditor, capsys, packages, code, said):
    auditor(json.dumps({"dependencies": packages, "fixes": []}), code=1)
    assert audit.main([]) == code
    assert said in capsys.readouterr().out


def test_without_the_service_nothing_fails_and_nothing_is_cleared(auditor, capsys):
    auditor("", code=1)
    assert audit.main([]) == 0
    said = capsys.readouterr().out
    assert audit.NOT_ASKED in said
    assert "0 known weaknesses" not in said
