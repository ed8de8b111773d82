"""Characters that are never seen, but change how their neighbours are drawn or ordered."""

from __future__ import annotations

import re

#: Marks of direction, embeddings and isolates: the order of a line depends on them.
DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
#: Joiners, directions, variation selectors, and the zero width space, where lines may break.
IGNORABLE = re.compile(
    f"[\u200b\u200c\u200d{DIRECTIONS}\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
