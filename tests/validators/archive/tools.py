"""Runs the programs of the system that the checks need."""

from __future__ import annotations

import shutil
import subprocess

#: Debian's package of each program.
_PACKAGES = {"qpdf": "qpdf", "pdftotext": "poppler-utils"}


def run(name: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs a program, whatever it says; fails with what to install where it is missing."""
    path = shutil.which(name)
    assert path, f"{name} is not installed. On Debian: apt-get install {_PACKAGES[name]}"
    return subprocess.run([path, *arguments], input=given, capture_output=True, check=False)
