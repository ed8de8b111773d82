"""Spares the garbage collector what stays, such as modules, fonts and compiled statements.

As Python comes it looks every 700 objects whether some are left over, which mostly none are: what
is used up is freed without it.
"""

from __future__ import annotations

import gc

#: How often the young are looked through until older ones are.
_OLDER = 20


def spare_what_is_loaded(young: int) -> None:
    """Takes what is there out of collections for good, and makes them rarer. Call when ready.

    young is how many new objects there may be until they are looked through.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, _OLDER, _OLDER)
