"""Gets processes ready that draw, alone or as part of the work on chunks."""

from __future__ import annotations

from process.collecting import spare_what_is_loaded
from server.rendering import warm_up

#: New objects until the garbage collector looks: one chunk has 50,000, all in use, and to look as
#: often as Python does by itself took a tenth of a job's processor time.
NEW_OBJECTS = 100_000


def get_ready_to_draw() -> None:
    """Loads fonts and locales, and spares the garbage collector all that this process has."""
    warm_up()
    spare_what_is_loaded(NEW_OBJECTS)
