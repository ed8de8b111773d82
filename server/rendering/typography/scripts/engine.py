"""All that `scripts` imports when the first text needs it, and nothing else does before."""

from __future__ import annotations

from server.rendering.typography.scripts.breaking import wrap_text
from server.rendering.typography.scripts.embedding import font_objects
from server.rendering.typography.scripts.operators import show
from server.rendering.typography.scripts.setting import set_text

__all__ = ("font_objects", "set_text", "show", "wrap_text")
