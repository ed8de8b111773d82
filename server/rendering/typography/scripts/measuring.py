"""Measures the clusters of a whole paragraph at once, to find out where its lines may break."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from server.rendering.typography.scripts.clusters import Cluster
from server.rendering.typography.scripts.harfbuzz import loaded
from server.rendering.typography.scripts.ignorable import IGNORABLE
from server.rendering.typography.style import Style

_THOUSAND = 1000


def widths(found: Sequence[Cluster], style: Style) -> list[float]:
    """Gives each cluster's width in points, beside the neighbours that it has.

    All that one font draws is shaped in one go and in one direction: what a line of it really
    takes, only setting the line tells.
    """
    measured: list[int] = []
    advances = style.face.advances
    for font, group in groupby(found, lambda cluster: cluster.font):
        texts = [cluster.text for cluster in group]
        if font is None:
            measured += (sum(advances[c] for c in IGNORABLE.sub("", text)) for text in texts)
            continue
        by_character = loaded(font).advances("".join(texts))
        start = 0
        for text in texts:
            end = start + len(text)
            measured.append(sum(by_character[start:end]))
            start = end
    return [width * style.size / _THOUSAND for width in measured]
