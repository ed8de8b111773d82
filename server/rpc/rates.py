"""How often somebody may ask: one number for each who does, and never more of them than a bound."""

from __future__ import annotations

import time
from collections.abc import Callable

#: How many are kept apart. Beyond them, newcomers share one rate until others have been quiet.
MOST_KEYS = 50_000
#: Seconds' worth of calls that may come at once.
BURST = 2.0


class Rates:
    """Bounds the calls of each key to a rate (the generic cell rate algorithm).

    Of each key only the time is kept at which its burst will be whole again; who has that behind
    him is as good as unknown, and forgotten when room is needed. Belongs to the event loop.
    """

    def __init__(
        self,
        rate: float,
        *,
        burst: float = BURST,
        most: int = MOST_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes calls a second, and the seconds' worth of calls that may come at once."""
        self._interval = 1 / rate
        # At a low rate one call must still be possible.
        self._burst = max(burst, self._interval)
        self._most = most
        self._clock = clock
        self._whole_at: dict[str, float] = {}
        self._room_after = 0.0

    def take(self, key: str) -> float:
        """Counts a call: 0 when it may be made, otherwise the seconds until the next one may."""
        now = self._clock()
        if key not in self._whole_at and len(self._whole_at) >= self._most:
            key = self._make_room(key, now)
        whole_at = max(now, self._whole_at.get(key, 0.0)) + self._interval
        # A refused call does not count: who goes on asking is not kept out for longer.
        if (wait := whole_at - now - self._burst) > 1e-9:  # noqa: PLR2004 - sums of floats
            return wait
        self._whole_at[key] = whole_at
        return 0.0

    def _make_room(self, key: str, now: float) -> str:
        """Forgets who has been quiet; gives the key that all share while there is no room."""
        if now >= self._room_after:
            self._whole_at = {k: at for k, at in self._whole_at.items() if at > now}
            # Looking through all of them at every call would be the attack's work.
            self._room_after = now + 1
        return key if len(self._whole_at) < self._most else ""
