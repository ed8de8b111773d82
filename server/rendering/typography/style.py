"""How a text is set."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.rendering.typography.cleaning import plain
from server.rendering.typography.faces import Face
from server.rendering.typography.scripts import set_text


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """A face, its size, and the distance of its lines, in points."""

    face: Face
    size: float
    leading: float
    #: Added behind each character; large type wants to stand closer.
    tracking: float = 0
    #: PDF operators that set face, size and tracking.
    operators: str = field(init=False)

    def __post_init__(self) -> None:
        """Writes the operators once, as every text in this style needs them."""
        chosen = f"/{self.face.fonts[0].resource} {self.size:g} Tf {self.tracking:g} Tc"
        object.__setattr__(self, "operators", chosen)

    def width(self, text: str) -> float:
        """Measures a text set in this style, in points."""
        try:
            em = self.face.width(text)
        except KeyError:
            return self._other_width(text)
        return em * self.size + len(text) * self.tracking

    def _other_width(self, text: str) -> float:
        cleaned = plain(text, self.face)
        if cleaned is not None:
            return self.width(cleaned)
        # Letters that join must not be tracked apart.
        return set_text(text, self.face.typeface, self.face.weight).width * self.size
