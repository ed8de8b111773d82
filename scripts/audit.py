"""Asks about known weaknesses of the packages that constraints.txt pins, with pip-audit.

Ends with 1 when there is one. Where the service cannot be asked, as without a network, it says so
and ends with 0: that nobody could look is no reason to stop a build, and no all-clear either.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PIP_AUDIT = Path(sys.executable).parent / "pip-audit"

NOT_ASKED = "NOT AUDITED: the service that knows of weaknesses could not be asked"


def ask(arguments: Sequence[str]) -> tuple[list[Mapping[str, Any]], str]:
    """Runs pip-audit; gives what it says of each package, or nothing and why there is nothing."""
    command = [
        *(str(PIP_AUDIT), "--requirement", str(ROOT / "constraints.txt"), "--no-deps"),
        *("--disable-pip", "--progress-spinner", "off", "--format", "json", *arguments),
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        return json.loads(result.stdout)["dependencies"], ""
    except (ValueError, KeyError):
        lines = result.stderr.strip().splitlines() or [f"it ended with {result.returncode}"]
        return [], lines[-1]


def weaknesses(packages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Tells each known weakness and the releases without it."""
    for package in packages:
        for found in package.get("vulns", ()):
            mended = ", ".join(found.get("fix_versions", ())) or "no release yet"
            yield f"{package['name']} {package['version']}: {found['id']}, mended in {mended}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Asks, tells, and returns the exit status; arguments go on to pip-audit."""
    packages, problem = ask(sys.argv[1:] if arguments is None else arguments)
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        print(f"{NOT_ASKED}: {problem or 'it knows none of the packages'}")
        return 0
    found = list(weaknesses(asked))
    for line in found:
        print(line)
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    print(f"audited {len(asked)} packages, {len(found)} known weaknesses")
    if skipped:
        print(f"not audited, the service does not know them: {', '.join(skipped)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
