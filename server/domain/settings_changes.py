"""What differs between two versions of settings, by the names of fields and never by values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from server.domain.settings import TenantSettings

#: Changes with every update.
_ALWAYS = {"etag", "updated_at"}
#: Names that are told; a long list says no more than that much was changed.
MOST = 20


def changed_fields(before: TenantSettings, after: TenantSettings) -> str:
    """Names what was changed, such as sites[0].seller.iban, with commas; empty for nothing."""
    names = [name for name in _differences("", before, after) if name not in _ALWAYS]
    more = [f"and {len(names) - MOST} more"] if len(names) > MOST else []
    return ", ".join(names[:MOST] + more)


def _differences(path: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if is_dataclass(before) and type(before) is type(after):
        for each in fields(before):
            name = f"{path}.{each.name}" if path else each.name
            yield from _differences(name, getattr(before, each.name), getattr(after, each.name))
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for position, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(f"{path}[{position}]", *pair)
    else:
        yield path
