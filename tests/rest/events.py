"""Reads server-sent events as EventSource does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Event:
    """An event that arrived; id is empty where it had none."""

    kind: str
    id: str
    data: dict[str, Any]


async def read_events(response: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    """Gives the events of a stream as they come. Comments and hints are passed over."""
    fields: dict[str, str] = {}
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif "data" in fields:
            yield Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            fields = {}
        else:
            fields = {}
