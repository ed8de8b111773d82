"""How download links are signed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from process.config.variable import Variable, between
from server.config.access import SECRET_BYTES

_KEY = re.compile(r"([A-Za-z0-9_-]{1,32}):([!-~]+)")


def _keys(text: str) -> tuple[tuple[str, bytes], ...]:
    allowed = (
        "ID:SECRET, more of them after commas; ids of letters, digits, - and _, each once; "
        f"secrets of at least {SECRET_BYTES} characters without commas and blanks"
    )
    found = [_KEY.fullmatch(part.strip()) for part in text.split(",")] if text.strip() else []
    keys = tuple((match[1], match[2].encode()) for match in found if match)
    short = any(len(secret) < SECRET_BYTES for _, secret in keys)
    if len(keys) < len(found) or len(dict(keys)) < len(keys) or short:
        raise ValueError(allowed)
    return keys


@dataclass(frozen=True, kw_only=True)
class Links:
    """How download links are signed."""

    #: Days that a link opens its document.
    link_days: int
    #: Ids and secrets, the one to sign with first; none: they are kept in the database.
    link_keys: tuple[tuple[str, bytes], ...] = field(repr=False)


VARIABLES = (
    Variable("INVOICEJOBS_LINK_DAYS", "link_days", "7", between(1, 365),
             "Days that a download link opens its document; every answer has fresh ones."),
    Variable("INVOICEJOBS_LINK_KEYS", "link_keys", "", _keys,
             "Keys that links are signed with, as ID:SECRET, separated by commas: the first signs, "
             "all check. Empty: keys in the database, which 'invoicejobs keys rotate' replaces.",
             hidden=True),
)  # fmt: skip
