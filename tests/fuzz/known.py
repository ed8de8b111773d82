"""What the service holds: names that inputs are made of, so that they get beyond the doors."""

from __future__ import annotations

from collections import deque
from random import Random

#: How many of each are remembered.
MOST = 40


class Known:
    """Names by the field that bears them, in the contract's spelling."""

    def __init__(self) -> None:
        self._names: dict[str, deque[str]] = {}

    def add(self, field: str, *names: str) -> None:
        """Remembers names; the oldest are forgotten."""
        kept = self._names.setdefault(field, deque(maxlen=MOST))
        kept.extend(name for name in dict.fromkeys(names) if name and name not in kept)

    def pick(self, field: str, chance: Random, otherwise: str = "") -> str:
        """Gives one of the names of a field."""
        names = self._names.get(field)
        return chance.choice(tuple(names)) if names else otherwise
