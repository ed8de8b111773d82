"""Finds the fonts for Chinese, Japanese and Korean, which are too large to be shipped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

#: How to get them.
EXTRA = "invoicejobs[cjk]"
#: The extra's package: Noto Sans JP, KR, SC and TC as variable TrueType fonts.
_PACKAGE = "justmytype_intl_cjk"
_FILE = re.compile(r"NotoSans(JP|KR|SC|TC)\b")


@cache
def cjk_fonts() -> Mapping[str, Path]:
    """Finds the installed fonts by country: JP, KR, SC and TC; none without the extra."""
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        return {}
    files = sorted(Path(package.origin).parent.rglob("NotoSans*.ttf"))
    return {match[1]: file for file in files if (match := _FILE.match(file.name))}
