"""What tests see of the fake gRPC server's calls, and how they make them wait."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """A call that came in."""

    method: str
    request: Any
    metadata: dict[str, str]
    #: Seconds until its deadline; None without one.
    time_remaining: float | None


@dataclass
class Hold:
    """Keeps a method's calls waiting until released; tells when one came or was cancelled."""

    entered: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        self.entered.set()
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
